// A half-filled form is kept as it is typed: at once on this device, and soon on the server, where a colleague finds
// it. Nothing is checked on the way. What the server holds is taken where this device holds nothing newer. What a person
// typed here is theirs: whoever signs in next on the same device finds what the server holds.
import { useEffect, useRef, useState } from 'react';
import { api, sent } from '@/api/client';
import { useSession } from '@/app/session';
import { withoutLocal } from '@/offline/names';

type Values = Record<string, unknown>;
export type Keeping = 'idle' | 'saving' | 'saved' | 'failed';

const PAUSE = 800;

export function place(who: string, run: string, execution: string): string {
  return `holdfast-draft ${who} ${run} ${execution}`;
}

export function local(at: string): Values | undefined {
  try {
    const text = localStorage.getItem(at);
    return text ? (JSON.parse(text) as Values) : undefined;
  } catch {
    return undefined;
  }
}

async function send(run: string, step: string, values: Values): Promise<boolean> {
  try {
    await sent(
      api.PUT('/v1/runs/{run}/steps/{step}/draft', {
        params: { path: { run, step } },
        body: { output: withoutLocal(values) },
      }),
    );
    return true;
  } catch {
    return false;
  }
}

type Asked = { run: string; step: string; execution: string; first: Values; enabled: boolean };

/** The values of a form, kept while they are typed. `first` is what the API says the form begins with. */
export function useDraft({ run, step, execution, first, enabled }: Asked) {
  const at = place(useSession().data?.user?.id ?? '', run, execution);
  const [values, setValues] = useState<Values>(() => local(at) ?? first);
  const [keeping, setKeeping] = useState<Keeping>('idle');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const touched = useRef(local(at) !== undefined);

  useEffect(() => {
    if (!touched.current) setValues(first);
  }, [first]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const change = (next: Values) => {
    setValues(next);
    if (!enabled) return;
    touched.current = true;
    localStorage.setItem(at, JSON.stringify(next));
    setKeeping('saving');
    clearTimeout(timer.current);
    timer.current = setTimeout(async () => {
      setKeeping((await send(run, step, next)) ? 'saved' : 'failed');
    }, PAUSE);
  };
  const done = () => {
    clearTimeout(timer.current);
    touched.current = false;
    localStorage.removeItem(at);
    setKeeping('idle');
  };
  return { values, change, keeping, done };
}
