/** A few pictures of what happened, or the alarm's own. */
import { pictureUrl } from "../../api/calls";
import { previewSpan, type Item } from "../../lib/review";
import { Moving } from "../Moving";

export function Preview({ item }: { item: Item }) {
  const span = previewSpan(item);
  return <Moving span={span} still={item.alarm?.has_picture ? pictureUrl(item.alarm.id) : null} icon={span ? "camera" : item.alarm?.node ? "node" : "site"} />;
}
