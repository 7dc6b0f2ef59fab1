/** Lets another model judge, or takes one out; what rules would miss is said before. */
import { chooseModel, removeModel } from "../../api/modelCalls";
import type { Model } from "../../api/types";
import { words } from "../../lib/preferences";
import { sentence } from "../../lib/said";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { explain } from "../actions";

/** `name` null: the one that the settings file names, which is `shown`. */
export function UseModel(props: { name: string | null; shown?: string; lacks: Model["lacks"]; tag: string; close: () => void }) {
  const w = words.value.models;
  const submit = async (): Promise<string | null> => {
    const answer = await chooseModel(props.name, props.lacks.length > 0, props.tag);
    return answer.ok ? null : explain(answer.problem);
  };
  return (
    <Dialog title={w.useTitle(props.name ?? props.shown ?? "")} about={w.useHelp} deed={props.lacks.length > 0 ? w.useAnyway : w.use} submit={submit} close={props.close}>
      {props.lacks.length > 0 && (
        <>
          <p>{w.lacks}</p>
          <ul class="model-lacks">
            {props.lacks.map((lack) => (
              <li key={lack.text}>
                <Icon name="medium" size={16} /> {sentence(lack.said, lack.text, words.value)}
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}

export function RemoveModel({ name, close }: { name: string; close: () => void }) {
  const w = words.value.models;
  const submit = async (): Promise<string | null> => {
    const answer = await removeModel(name);
    return answer.ok || answer.problem.status === 404 ? null : explain(answer.problem);
  };
  return <Dialog title={w.removeTitle(name)} about={w.removeHelp} deed={w.remove} submit={submit} close={close} />;
}
