/** A few pictures of what happened, one after the other; asked for only when it is seen, still where that is wanted. */
import { useEffect, useRef, useState } from "preact/hooks";
import { pictureUrl } from "../../api/calls";
import { previewUrl } from "../../api/review";
import { previewSpan, type Item } from "../../lib/review";
import { Icon } from "../../ui/Icon";

const NEAR = "200px";
const watched = new WeakMap<Element, (seen: boolean) => void>();
const observer = new IntersectionObserver((entries) => entries.forEach((entry) => watched.get(entry.target)?.(entry.isIntersecting)), { rootMargin: NEAR });

export function Preview({ item }: { item: Item }) {
  const box = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState(false);
  const [strip, setStrip] = useState<"asked" | "there" | "none">("asked");
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    watched.set(element, setSeen);
    observer.observe(element);
    return () => observer.unobserve(element);
  }, []);
  const span = previewSpan(item);
  const still = item.alarm?.has_picture ? pictureUrl(item.alarm.id) : null;
  return (
    <span class="preview" ref={box}>
      {strip !== "there" && (still && seen ? <img src={still} alt="" decoding="async" /> : <Icon name={span ? "camera" : item.alarm?.node ? "node" : "site"} size={28} />)}
      {span && seen && strip !== "none" && (
        <img
          class="preview-strip"
          data-there={strip === "there" || undefined}
          src={previewUrl(span.camera, span.from_ms, span.to_ms)}
          alt=""
          decoding="async"
          onLoad={() => setStrip("there")}
          onError={() => setStrip("none")}
        />
      )}
    </span>
  );
}
