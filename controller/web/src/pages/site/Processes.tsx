/** What each process of the controller's machine takes of it. */
import type { Machine } from "../../api/fleetCalls";
import { bytes, percent, spell } from "../../lib/format";
import { language, words } from "../../lib/preferences";

export function Processes({ machine }: { machine: Machine }) {
  const w = words.value.machine;
  const nameOf = (name: string): string => (name === "supervisor" ? w.supervisor : (words.value.site.roleName[name] ?? name));
  return (
    <>
      <h3>{w.processes}</h3>
      <div class="table-scroll">
        <table class="stacking">
          <thead>
            <tr>
              {[w.process, w.processor, w.ram, w.uptime].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {machine.processes.map((one) => (
              <tr key={one.name}>
                <th scope="row" title={one.name}>
                  {nameOf(one.name)}
                </th>
                <td data-name={w.processor}>{one.cpu === null ? (one.memory_bytes === null ? w.gone : w.unknown) : percent(one.cpu)}</td>
                <td data-name={w.ram}>{one.memory_bytes === null ? w.unknown : bytes(one.memory_bytes)}</td>
                <td data-name={w.uptime}>{one.uptime_s === null ? w.unknown : spell(one.uptime_s * 1000, language.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
