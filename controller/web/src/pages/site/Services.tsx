/** The server's own processes: which run, and how often each was started anew. */
import type { System } from "../../api/types";
import { words } from "../../lib/preferences";

export function Services({ system }: { system: System }) {
  const w = words.value.site;
  return (
    <section>
      <h2>{w.services}</h2>
      <ul class="services">
        {system.roles.map((role) => (
          <li key={role.name}>
            <strong title={role.name}>{w.roleName[role.name] ?? role.name}</strong>
            <span class={role.state === "running" || role.state === "starting" ? "muted" : "bad"}>{w.roleState[role.state]}</span>
            {role.restarts > 0 && (
              <span class="muted">
                {w.restarts} {role.restarts}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
