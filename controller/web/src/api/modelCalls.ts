/** The endpoints of models; a model goes up with its progress told, and can be stopped. */
import { API, call, csrfToken, ifMatch, problemFrom, type Answer } from "./client";
import { proven } from "./proof";
import type { Model, ModelLook, Models } from "./types";

const LOOK_MS = 60_000;

export const getModels = () => call<Models>("GET", "/models");
export const chooseModel = (name: string | null, confirm: boolean, tag: string) => proven(() => call<Models>("PUT", "/models", { name, confirm }, ifMatch(tag), LOOK_MS));
export const removeModel = (name: string) => proven(() => call<null>("DELETE", `/models/${encodeURIComponent(name)}`));

export interface ModelAbout {
  licence: string;
  accepted: string;
  source: string;
  classes: string;
}

/** A file on its way: `done` is its answer, `stop` ends it wherever it is. */
export interface Upload {
  done: Promise<Answer<Model> | "stopped">;
  stop: () => void;
}

/** `progress`: bytes that have gone; all of them have once the server checks the model. */
export function putModel(name: string, file: File, about: ModelAbout, progress: (sent_bytes: number) => void): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<Answer<Model> | "stopped">((resolve) => {
    const failed = (detail: string): void => resolve({ ok: false, problem: { type: "about:blank", title: "", status: 0, detail, field: null, said: null } });
    request.upload.onprogress = (event) => progress(event.loaded);
    request.upload.onload = () => progress(file.size);
    request.onabort = () => resolve("stopped");
    request.onerror = () => failed("network");
    request.onload = () => {
      try {
        const data: unknown = request.responseText ? JSON.parse(request.responseText) : null;
        resolve(request.status < 300 ? { ok: true, data: data as Model } : { ok: false, problem: problemFrom(data, request.status) });
      } catch {
        failed("no JSON");
      }
    };
  });
  request.open("PUT", `${API}/models/${encodeURIComponent(name)}?${new URLSearchParams({ ...about }).toString()}`);
  request.setRequestHeader("X-CSRF-Token", csrfToken());
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.send(file);
  return { done, stop: () => request.abort() };
}

/** What a model sees in a picture. */
export async function lookWith(name: string, picture: Blob): Promise<Answer<ModelLook>> {
  try {
    const response = await fetch(`${API}/models/${encodeURIComponent(name)}/look`, {
      method: "POST",
      headers: { "X-CSRF-Token": csrfToken(), "Content-Type": picture.type || "application/octet-stream", Accept: "application/json" },
      credentials: "same-origin",
      body: picture,
      signal: AbortSignal.timeout(LOOK_MS),
    });
    const data: unknown = await response.json();
    return response.ok ? { ok: true, data: data as ModelLook } : { ok: false, problem: problemFrom(data, response.status) };
  } catch (fault) {
    return { ok: false, problem: { type: "about:blank", title: "", status: 0, detail: String(fault), field: null, said: null } };
  }
}

/** A camera's picture of now; null where its node gives none. */
export async function pictureOf(camera: string): Promise<Blob | null> {
  try {
    const response = await fetch(`${API}/cameras/${encodeURIComponent(camera)}/picture.jpg`, { credentials: "same-origin", signal: AbortSignal.timeout(LOOK_MS) });
    return response.status === 200 ? await response.blob() : null;
  } catch {
    return null;
  }
}
