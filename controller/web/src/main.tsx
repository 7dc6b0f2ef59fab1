/** Starts the page: preferences, session, feed and styles. */
import { effect } from "@preact/signals";
import { render } from "preact";
import "pretendard/dist/web/variable/pretendardvariable-dynamic-subset.css";
import { getSession } from "./api/calls";
import { onSignedOut } from "./api/client";
import { follow } from "./api/feed";
import * as store from "./api/store";
import { applyPreferences } from "./lib/preferences";
import { App } from "./pages/App";
import "./styles/tokens.css";
import "./styles/elements.css";
import "./styles/shell.css";
import "./styles/wall.css";
import "./styles/alarms.css";
import "./styles/hands.css";
import "./styles/messages.css";
import "./styles/exports.css";
import "./styles/models.css";
import "./styles/pages.css";
import "./styles/timeline.css";
import "./styles/search.css";
import "./styles/account.css";
import "./styles/audit.css";
import "./styles/privacy.css";
import "./styles/review.css";
import "./styles/edit.css";
import "./styles/grants.css";
import "./styles/reports.css";
import "./styles/fleet.css";

applyPreferences();
onSignedOut(() => store.session.value.kind === "in" && store.signOut(true));
effect(() => {
  const state = store.session.value;
  return state.kind === "in" && !state.session.must_set_password && !state.session.must_set_factor ? follow() : undefined;
});

void getSession().then((answer) => {
  if (answer.ok) store.signIn(answer.data);
  else store.signOut(false);
});

const root = document.getElementById("app");
if (root) render(<App />, root);
