// The one door to the API. Types come from openapi.json; the session is a cookie, and what changes something
// carries the CSRF token that came with it.
import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

let csrf = '';

export function setCsrf(token: string): void {
  csrf = token;
}

export function csrfToken(): string {
  return csrf;
}

let nobody: () => void = () => undefined;

/** What is done when the API does not know who is asking: a session has ended. */
export function onNobody(told: () => void): void {
  nobody = told;
}

const guard: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET' && csrf) request.headers.set('X-CSRF-Token', csrf);
    return request;
  },
};

export const api = createClient<paths>({ baseUrl: '/' });
api.use(guard);

/** What the API said went wrong (RFC 9457), as one error that a screen can show. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    detail: string,
    readonly errors: ReadonlyArray<{ path: string; code: string; message: string; hint?: string }>,
    readonly traceId: string,
    readonly more: Record<string, unknown>,
  ) {
    super(detail || title);
  }
}

/** No answer came at all: the network is away, or the server is. */
export class Offline extends Error {}

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The body of an answer, or its Problem thrown; a call that never arrived throws Offline. */
export async function sent<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch {
    throw new Offline('Holdfast cannot be reached.');
  }
  if (answer.response.ok) return answer.data as T;
  throw problem(answer.response.status, answer.error);
}

/** The same for an address that is not in the types: one that was found by reading, or one that takes a file. */
export async function fetched(call: Promise<Response>): Promise<unknown> {
  const read = async (response: Response) => {
    const body: unknown = await response.json().catch(() => null);
    return { response, data: body, error: body };
  };
  return sent(call.then(read));
}

export function problem(status: number, body: unknown): Problem {
  if (status === 401) nobody();
  const said = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const {
    code = 'unknown',
    title = 'It did not work',
    detail = '',
    errors = [],
    trace_id = '',
    ...more
  } = said;
  return new Problem(
    status,
    String(code),
    String(title),
    String(detail),
    Array.isArray(errors) ? errors : [],
    String(trace_id),
    more,
  );
}
