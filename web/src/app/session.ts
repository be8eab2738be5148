// Who is signed in. The session itself is a cookie the page cannot read; this is what the API says about it.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { problem, setCsrf } from '@/api/client';
import { keys } from './queries';

export type Me = {
  id: string;
  name: string;
  email: string | null;
  roles: string[];
  teams: string[];
  grants: string[];
  deny: string[];
};
export type Session = {
  user: Me | null;
  demo: { id: string; name: string; roles: string[] }[];
  csrf: string;
  /** Where Temporal's own pages show a run, up to its id. */
  temporal_ui?: string | null;
  /** What the issuer is called at which one may sign in. */
  oidc?: string | null;
};

async function call(method: string, body?: unknown, path = '/v1/session'): Promise<Session> {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const said: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw problem(answer.status, said);
  const session = said as Session;
  setCsrf(session.csrf);
  return session;
}

export function useSession() {
  return useQuery({ queryKey: keys.session, queryFn: () => call('GET'), staleTime: 60_000 });
}

export type Credentials = { name: string; password: string } | { demo: string };

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (credentials: Credentials) => call('POST', credentials),
    onSuccess: (session) => {
      // Nothing that the person before could see stays; the session itself is what this page hangs on.
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
      client.setQueryData(keys.session, session);
    },
  });
}

/** A first password, by a link of one use. */
export function useFirstPassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: { token: string; password: string }) => call('POST', given, '/v1/setup'),
    onSuccess: (session) => client.setQueryData(keys.session, session),
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('DELETE', {}),
    onSuccess: (session) => {
      // Nothing that the person before could see stays; the session itself is what this page hangs on.
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
      client.setQueryData(keys.session, session);
    },
  });
}
