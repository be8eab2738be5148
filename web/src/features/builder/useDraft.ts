// The document being edited, and its way to the server. It is saved a moment after each change, with the mark of what
// was read last; whoever finds another mark there sees both and chooses. One save at a time, the newest always last.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { api, Problem, sent } from '@/api/client';
import { type Detail, detailOf, type Finding } from './hooks';
import type { Obj } from './model/document';
import { begun, changed, type History, redone, undone } from './model/history';

const PAUSE = 700;

type Act = { do: 'change'; change: (now: Obj) => Obj; mark: string | null } | { do: 'undo' } | { do: 'redo' };

function reduce(history: History, act: Act): History {
  if (act.do === 'undo') return undone(history);
  if (act.do === 'redo') return redone(history);
  return changed(history, act.change(history.now), act.mark);
}

type Saved = { document: Obj; etag: string; draft: boolean };
export type Checked = { findings: Finding[]; warnings: Finding[] };
export type Conflict = { theirs: Obj; etag: string; by: string | null; at: string | null };
export type Saving = 'saved' | 'waiting' | 'saving' | 'failed' | 'conflict';
export type Change = (change: (now: Obj) => Obj, mark?: string | null) => void;

/** What is shown of a definition first: its draft, else what is published. */
export function documentOf(detail: Detail): Obj {
  return (detail.draft_document ?? detail.document ?? {}) as Obj;
}

export function useDraft(detail: Detail) {
  const client = useQueryClient();
  const { key } = detail;
  const [history, act] = useReducer(reduce, documentOf(detail), begun);
  const [saved, setSaved] = useState<Saved>({
    document: history.now,
    etag: detail.draft_etag ?? '',
    draft: detail.draft,
  });
  const [checked, setChecked] = useState<Checked | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const editable = detail.draft_etag !== null;
  const put = useMutation({
    mutationFn: async ({ document, etag }: { document: Obj; etag: string }) =>
      sent(
        api.PUT('/v1/definitions/{key}/draft', {
          params: { path: { key }, header: { 'if-match': etag } },
          body: document as never,
        }),
      ),
    onSuccess: (answer, { document }) => {
      setSaved({ document, etag: answer.draft_etag, draft: true });
      setChecked(answer);
      void client.invalidateQueries({ queryKey: ['definitions'] });
    },
    onError: async (error) => {
      if (!(error instanceof Problem) || error.code !== 'draft_changed') return;
      const now = await detailOf(key);
      setConflict({
        theirs: documentOf(now),
        etag: now.draft_etag ?? '',
        by: now.draft_by,
        at: now.draft_at,
      });
    },
  });
  const { mutate, isPending, isError, variables } = put;
  const dirty = editable && history.now !== saved.document;
  const failed = isError && variables?.document === history.now && !conflict;
  const now = useCallback(() => {
    if (dirty && !isPending && !conflict) mutate({ document: history.now, etag: saved.etag });
  }, [dirty, isPending, conflict, mutate, history.now, saved.etag]);
  useEffect(() => {
    if (!dirty || isPending || conflict || failed) return;
    const timer = setTimeout(now, PAUSE);
    return () => clearTimeout(timer);
  }, [dirty, isPending, conflict, failed, now]);
  useLeaving(dirty, now);
  const validate = useMutation({
    mutationFn: (document: Obj) => sent(api.POST('/v1/definitions/validate', { body: document as never })),
    onSuccess: setChecked,
  });
  const first = useRef(true);
  const { mutate: check } = validate;
  useEffect(() => {
    if (first.current && editable) check(saved.document);
    first.current = false;
  }, [check, editable, saved.document]);
  return {
    document: history.now,
    editable,
    saved,
    checked,
    conflict,
    error: failed ? put.error : null,
    saving: stateOf(dirty, isPending, failed, conflict),
    change: useCallback<Change>((change, mark = null) => act({ do: 'change', change, mark }), []),
    undo: history.past.length > 0 ? () => act({ do: 'undo' }) : undefined,
    redo: history.future.length > 0 ? () => act({ do: 'redo' }) : undefined,
    save: now,
    /** What was decided on a conflict becomes the document, on top of what the other saved. */
    settle: (document: Obj) => {
      if (!conflict) return;
      setSaved({ document: conflict.theirs, etag: conflict.etag, draft: true });
      act({
        do: 'change',
        change: () => (document === conflict.theirs ? conflict.theirs : document),
        mark: null,
      });
      setConflict(null);
    },
    published: () => setSaved((before) => ({ ...before, draft: false })),
  };
}

export type Draft = ReturnType<typeof useDraft>;

function stateOf(dirty: boolean, pending: boolean, failed: boolean, conflict: Conflict | null): Saving {
  if (conflict) return 'conflict';
  if (failed) return 'failed';
  if (pending) return 'saving';
  return dirty ? 'waiting' : 'saved';
}

/** What is not saved yet is saved when one goes elsewhere; a closing window asks first. */
function useLeaving(dirty: boolean, save: () => void): void {
  const last = useRef(save);
  useEffect(() => {
    last.current = save;
  }, [save]);
  useEffect(() => () => last.current(), []);
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [dirty]);
}
