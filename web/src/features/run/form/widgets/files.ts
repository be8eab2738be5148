import { csrfToken, problem } from '@/api/client';

export type Kept = { id: string; name?: string; type?: string; size?: number };

/** Uploads a file at once, so that a form only ever holds its id. Throws what the API says. */
export async function upload(file: File): Promise<Kept> {
  const body = new FormData();
  body.append('file', file);
  const answer = await fetch('/v1/files', { method: 'POST', body, headers: { 'X-CSRF-Token': csrfToken() } });
  const said: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw problem(answer.status, said);
  return said as Kept;
}
