// One command for many: how many take it and who does not, what it needs to be said, how far it is, what came of each.
import { Alert, Button, Group, List, Progress, ScrollArea, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { give, type Item, judged, type Result, type Run, tally, views } from './many';
import { useClosing } from './closing';
import { CommandFields } from './CommandFields';
import { RunAnchor } from './RunAnchor';
import { Said as Wrong } from './Said';
import { asCommand, EMPTY, isComplete, type Said } from './telling';
import { Foot } from './Foot';
import { Waiting } from './Waiting';

type Props = { type: string; items: Item[]; onDone: () => void; onOpen: (run: string) => void };

/** Opens the dialog. `onDone` is called when it was given, whatever came of it. */
export function askBulk(title: string, props: Props): void {
  modals.open({ title, size: 'lg', children: <Bulk {...props} /> });
}

function Bulk({ type, items, onDone, onOpen }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [said, setSaid] = useState<Said>(EMPTY);
  const [results, setResults] = useState<Result[]>([]);
  // A preview is of one moment: it is not asked for again under the eyes of who reads it.
  const look = useQuery({
    queryKey: ['bulk', items],
    queryFn: () => views(items),
    staleTime: Infinity,
    gcTime: 0,
  });
  const found = look.data ? judged(items, look.data, type) : undefined;
  const rule = useClosing(closes(type) ? versionsOf(look.data) : [], type);
  const sending = useMutation({
    mutationFn: () =>
      give(found?.able ?? [], { type, ...asCommand(type, said) }, (part) =>
        setResults((before) => [...before, ...part]),
      ),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['tasks'] });
      void client.invalidateQueries({ queryKey: ['runs'] });
      void client.invalidateQueries({ queryKey: ['run'] });
      onDone();
    },
  });
  if (look.isError) return <Wrong error={look.error} />;
  if (!found || !rule) return <Waiting size="sm" />;
  if (!sending.isIdle)
    return (
      <Came
        total={found.able.length}
        results={results}
        busy={sending.isPending}
        error={sending.error}
        onOpen={onOpen}
      />
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    sending.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text fw={600}>{t('bulk.able', { count: found.able.length, total: items.length })}</Text>
        <Names names={found.able.map((item) => item.name)} />
        {found.unable.length > 0 && (
          <Alert color="yellow" title={t('bulk.unable', { count: found.unable.length })}>
            <Names names={found.unable.map(({ item, why }) => `${item.name}: ${t(`bulk.why.${why}`)}`)} />
          </Alert>
        )}
        {found.able.length > 0 && <CommandFields name={type} rule={rule} value={said} onChange={setSaid} />}
        <Foot>
          <Button
            type="submit"
            color={type === 'abort' ? 'red.9' : undefined}
            disabled={found.able.length === 0 || !isComplete(type, said, rule)}
          >
            {t('bulk.give', { command: t(`command.${type}`), count: found.able.length })}
          </Button>
        </Foot>
      </Stack>
    </form>
  );
}

function closes(type: string): boolean {
  return type === 'abort' || type === 'close';
}

function versionsOf(runs: ReadonlyMap<string, Run> | undefined) {
  const found = new Map(
    [...(runs?.values() ?? [])].map((run) => [`${run.definition} ${run.version}`, run] as const),
  );
  return [...found.values()].map(({ definition, version }) => ({ definition, version }));
}

export function Names({ names }: { names: string[] }) {
  return (
    <ScrollArea.Autosize mah={180} type="auto">
      <List size="sm">
        {names.map((name, index) => (
          <List.Item key={`${name} ${index}`}>{name}</List.Item>
        ))}
      </List>
    </ScrollArea.Autosize>
  );
}

type CameProps = {
  total: number;
  results: Result[];
  busy: boolean;
  error: unknown;
  onOpen: (run: string) => void;
};

/** How far it is, then what came of each; those that were refused first, each with its reason. */
function Came({ total, results, busy, error, onOpen }: CameProps) {
  const { t } = useTranslation();
  const { applied, received, refused } = tally(results);
  const sorted = results.toSorted(
    (a, b) => Number(b.outcome === 'refused') - Number(a.outcome === 'refused'),
  );
  return (
    <Stack>
      <Progress
        value={total === 0 ? 100 : (results.length / total) * 100}
        aria-label={t('bulk.progress')}
        animated={busy}
      />
      <Text role="status" aria-live="polite" fw={600}>
        {t('bulk.done', { count: applied, total })}
        {received > 0 && ` · ${t('bulk.received', { count: received })}`}
        {refused > 0 && ` · ${t('bulk.refused', { count: refused })}`}
      </Text>
      {error !== null && <Wrong error={error} />}
      <ScrollArea.Autosize mah={320} type="auto">
        <List size="sm" spacing={4}>
          {sorted.map(({ item, outcome, said }) => (
            <List.Item key={`${item.run} ${item.execution ?? ''}`}>
              <RunAnchor run={item.run} onOpen={onOpen}>
                {item.name}
              </RunAnchor>{' '}
              <Text span size="sm" c={outcome === 'refused' ? 'var(--hf-danger)' : 'dimmed'}>
                {t(`bulk.outcome.${outcome}`)}
                {said && ` · ${said}`}
              </Text>
            </List.Item>
          ))}
        </List>
      </ScrollArea.Autosize>
      <Group justify="flex-end">
        <Button loading={busy} onClick={() => modals.closeAll()}>
          {t('keys.close')}
        </Button>
      </Group>
    </Stack>
  );
}
