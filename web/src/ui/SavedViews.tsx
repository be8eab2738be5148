import {
  ActionIcon,
  Badge,
  Button,
  Checkbox,
  Group,
  MultiSelect,
  Popover,
  Stack,
  Text,
  TextInput,
  Tooltip,
  UnstyledButton,
} from '@mantine/core';
import { IconBookmark, IconDeviceFloppy, IconStar, IconStarFilled, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { keys } from '@/app/queries';
import { useSession } from '@/app/session';
import { Said } from './Said';
import { type Filters, isBare, kept, opened, same } from './saved';

type View = Schemas['View'];
export type Kind = 'tasks' | 'runs';
type Props = { kind: Kind; known: readonly string[]; filters: Filters; onPick: (filters: Filters) => void };

/** The views of a list that one has or is shared with, each with how many rows it has. */
export function useViews(kind: Kind) {
  return useQuery({
    queryKey: keys.views(kind),
    queryFn: () => sent(api.GET('/v1/views', { params: { query: { kind, counts: true } } })),
    staleTime: 15_000,
  });
}

/** An address that asks for nothing opens with the view that was chosen for it, once. */
export function useDefaultView(kind: Kind, filters: Filters, show: (filters: Filters) => void) {
  const views = useViews(kind);
  const view = views.data?.items.find((each) => each.default);
  const bare = isBare(filters);
  useEffect(() => {
    if (bare && view) show(opened(view.filters));
  }, [bare, view, show]);
}

/** Filters kept on the server, one's own and those a team shares: pick, save, share, open the list with one. */
export function SavedViews({ kind, known, filters, onPick }: Props) {
  const { t } = useTranslation();
  const [opened_, setOpened] = useState(false);
  const views = useViews(kind);
  const now = kept(filters, known);
  const current = views.data?.items.find((view) => same(view.filters, now));
  return (
    <Popover opened={opened_} onChange={setOpened} position="bottom-end" width={340} trapFocus shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconBookmark size={16} aria-hidden />}
          onClick={() => setOpened(!opened_)}
        >
          {current?.name ?? t('work.views')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('work.views')}>
        <Stack gap="xs">
          {views.isError && <Said error={views.error} />}
          {views.data?.items.length === 0 && (
            <Text size="sm" c="dimmed">
              {t('views.none')}
            </Text>
          )}
          {views.data?.items.map((view) => (
            <Entry
              key={view.id}
              kind={kind}
              view={view}
              current={view.id === current?.id}
              now={now}
              onPick={() => {
                setOpened(false);
                onPick(opened(view.filters));
              }}
            />
          ))}
          <Keep kind={kind} now={now} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** What changes a view; every list of views is asked for anew. */
function useChange(kind: Kind) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (call: () => Promise<unknown>) => call(),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.views(kind) }),
  });
}

type EntryProps = {
  kind: Kind;
  view: View;
  current: boolean;
  now: Record<string, unknown>;
  onPick: () => void;
};

function Entry({ kind, view, current, now, onPick }: EntryProps) {
  const { t } = useTranslation();
  const change = useChange(kind);
  const params = { params: { path: { view: view.id } } };
  const choose = () =>
    change.mutate(() =>
      sent(
        view.default
          ? api.DELETE('/v1/views/{view}/default', params)
          : api.PUT('/v1/views/{view}/default', params),
      ),
    );
  return (
    <Group wrap="nowrap" gap={4}>
      <UnstyledButton onClick={onPick} style={{ flex: 1, minWidth: 0 }} p={4} aria-current={current}>
        <Group gap={6} wrap="nowrap">
          <Text size="sm" fw={current ? 650 : 500} truncate>
            {view.name}
          </Text>
          <Badge size="sm" variant="light" tt="none">
            {view.count}
            {view.more && '+'}
          </Badge>
        </Group>
        {(!view.mine || view.shared_with.length > 0) && (
          <Text size="xs" c="dimmed">
            {view.mine
              ? t('views.shared', { teams: view.shared_with.join(', ') })
              : t('views.by', { name: view.owner })}
          </Text>
        )}
      </UnstyledButton>
      <Act
        label={t(view.default ? 'views.undefault' : 'views.default', { name: view.name })}
        onClick={choose}
      >
        {view.default ? <IconStarFilled size={16} aria-hidden /> : <IconStar size={16} aria-hidden />}
      </Act>
      {view.mine && !current && (
        <Act
          label={t('views.update', { name: view.name })}
          onClick={() =>
            change.mutate(() => sent(api.PATCH('/v1/views/{view}', { ...params, body: { filters: now } })))
          }
        >
          <IconDeviceFloppy size={16} aria-hidden />
        </Act>
      )}
      {view.mine && (
        <Act
          label={t('views.forget', { name: view.name })}
          onClick={() => change.mutate(() => sent(api.DELETE('/v1/views/{view}', params)))}
        >
          <IconTrash size={16} aria-hidden />
        </Act>
      )}
    </Group>
  );
}

function Act({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

function Keep({ kind, now }: { kind: Kind; now: Record<string, unknown> }) {
  const { t } = useTranslation();
  const session = useSession();
  const change = useChange(kind);
  const [name, setName] = useState('');
  const [teams, setTeams] = useState<string[]>([]);
  const [first, setFirst] = useState(false);
  const own = session.data?.user?.teams ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      async () => {
        const made = await sent(
          api.POST('/v1/views', { body: { name, kind, filters: now, shared_with: teams } }),
        );
        if (first) await sent(api.PUT('/v1/views/{view}/default', { params: { path: { view: made.id } } }));
      },
      { onSuccess: () => setName('') },
    );
  };
  return (
    <form
      onSubmit={submit}
      style={{ borderTop: '1px solid var(--mantine-color-default-border)', paddingTop: 8 }}
    >
      <Stack gap="xs">
        <TextInput
          label={t('work.save_view')}
          required
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {own.length > 0 && (
          <MultiSelect
            label={t('views.share')}
            data={own}
            value={teams}
            onChange={setTeams}
            comboboxProps={{ withinPortal: false }}
          />
        )}
        <Checkbox
          label={t('views.first')}
          checked={first}
          onChange={(event) => setFirst(event.currentTarget.checked)}
        />
        {change.isError && <Said error={change.error} />}
        <Button type="submit" size="sm" loading={change.isPending}>
          {t('work.keep')}
        </Button>
      </Stack>
    </form>
  );
}
