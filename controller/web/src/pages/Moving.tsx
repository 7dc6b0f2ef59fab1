/** A few pictures of a stretch of footage, one after the other; asked for only when it is seen, still where that is wanted. */
import { useEffect, useRef, useState } from "preact/hooks";
import { previewUrl } from "../api/review";
import { Icon, type IconName } from "../ui/Icon";

const NEAR = "200px";
const watched = new WeakMap<Element, (seen: boolean) => void>();
const observer = new IntersectionObserver((entries) => entries.forEach((entry) => watched.get(entry.target)?.(entry.isIntersecting)), { rootMargin: NEAR });

export interface MovingProps {
  span: { camera: string; from_ms: number; to_ms: number } | null;
  /** Shown until the footage is there. */
  still: string | null;
  icon: IconName;
}

export function Moving({ span, still, icon }: MovingProps) {
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
  return (
    <span class="preview" ref={box}>
      {strip !== "there" && (still && seen ? <img src={still} alt="" decoding="async" /> : <Icon name={icon} size={28} />)}
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
