import './words';
import {
  ActionIcon,
  Anchor,
  Badge,
  Button,
  Group,
  Menu,
  Stack,
  Switch,
  Table,
  Text,
  Title,
} from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { Failed } from '@/ui/Failed';
import { type Page, useLongList } from '@/ui/longList';
import { NextPage } from '@/ui/NextPage';
import { useFilters } from '@/ui/useFilters';
import { SearchBox } from '@/ui/SearchBox';
import { Waiting } from '@/ui/Waiting';
import { Duplicate } from './Duplicate';
import { save } from './files';
import { type Summary, useOpenRuns } from './hooks';
import { NewDefinition } from './NewDefinition';
import { useMay } from './rights';

const keyOf = (each: Summary) => each.key;

/** Every definition one may see: what is published of it, whether it is being worked on, and how much runs by it. */
export default function DefinitionsPage() {
  const { t } = useTranslation();
  const { filters, change } = useFilters('/definitions');
  const go = useNavigate();
  const builds = useMay('definition.create');
  const open = useOpenRuns();
  const query = { ...(filters.q ? { q: filters.q } : {}), archived: filters.archived === 'true' };
  const found = useLongList({
    queryKey: ['definitions', 'list', query],
    ask: (cursor): Promise<Page<Summary>> =>
      sent(api.GET('/v1/definitions', { params: { query: { ...query, limit: 100, cursor } as never } })),
    keyOf,
  });
  const to = (key: string) => void go({ to: '/definitions/$key', params: { key } });
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {t('nav.definitions')}
        </Title>
        {builds && (
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() =>
              modals.open({
                title: t('builder.new'),
                size: 'lg',
                children: <NewDefinition onMade={to} />,
              })
            }
          >
            {t('builder.new')}
          </Button>
        )}
      </Group>
      <Group gap="md">
        <SearchBox
          label={t('builder.search')}
          value={filters.q ?? ''}
          onSearch={(q) => change({ q })}
          w={280}
        />
        <Switch
          label={t('builder.show_archived')}
          checked={filters.archived === 'true'}
          onChange={(event) => change({ archived: event.currentTarget.checked ? 'true' : '' })}
        />
      </Group>
      {found.isError && <Failed error={found.error} reset={() => void found.refetch()} />}
      {found.isPending && <Waiting />}
      {found.data && found.items.length === 0 && (
        <Text c="dimmed">{filters.q ? t('builder.nothing', { q: filters.q }) : t('builder.none')}</Text>
      )}
      {found.items.length > 0 && (
        <Table.ScrollContainer minWidth={320}>
          <Table highlightOnHover verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('builder.name')}</Table.Th>
                <Table.Th visibleFrom="sm">{t('builder.record')}</Table.Th>
                <Table.Th>{t('builder.state')}</Table.Th>
                <Table.Th visibleFrom="sm">{t('builder.open_runs')}</Table.Th>
                <Table.Th w={50}>
                  <span className="builder-hidden">{t('builder.more')}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.items.map((each) => (
                <Row key={each.key} of={each} open={open.data?.get(each.key) ?? 0} onOpen={to} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <NextPage list={found} />
    </Stack>
  );
}

function Row({ of, open, onOpen }: { of: Summary; open: number; onOpen: (key: string) => void }) {
  const { t } = useTranslation();
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor
          fw={600}
          renderRoot={(props) => <Link to="/definitions/$key" params={{ key: of.key }} {...props} />}
        >
          {of.name || of.key}
        </Anchor>
        <Text size="xs" c="dimmed">
          {of.key}
          {of.teams.length > 0 && ` · ${of.teams.join(', ')}`}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Text size="sm">{of.record}</Text>
      </Table.Td>
      <Table.Td>
        <States of={of} />
      </Table.Td>
      <Table.Td visibleFrom="sm">
        {open > 0 && (
          <Anchor
            size="sm"
            renderRoot={(props) => (
              <Link to="/runs" search={{ definition: of.key, show: 'open' }} {...props} />
            )}
          >
            {t('builder.used_by', { count: open })}
          </Anchor>
        )}
      </Table.Td>
      <Table.Td>
        <More of={of} onOpen={onOpen} />
      </Table.Td>
    </Table.Tr>
  );
}

export function States({ of }: { of: Pick<Summary, 'version' | 'draft' | 'archived'> }) {
  const { t } = useTranslation();
  return (
    <Group gap={6}>
      <Badge variant="light" color={of.version ? 'teal' : 'gray'} tt="none">
        {of.version ? t('builder.published', { n: of.version }) : t('builder.unpublished')}
      </Badge>
      {of.draft && (
        <Badge variant="light" color="blue" tt="none">
          {t('builder.draft')}
        </Badge>
      )}
      {of.archived && (
        <Badge variant="light" color="gray" tt="none">
          {t('builder.archived')}
        </Badge>
      )}
    </Group>
  );
}

/** What can be done with a definition from afar. */
export function More({ of, onOpen }: { of: Summary; onOpen: (key: string) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [creates, exports, archives] = [
    useMay('definition.create'),
    useMay('definition.export'),
    useMay('definition.archive'),
  ];
  const path = { key: of.key };
  const wrong = (error: unknown) =>
    notifications.show({
      color: 'red',
      message: error instanceof Error ? error.message : String(error),
      closeButtonProps: { 'aria-label': t('keys.close') },
    });
  const archive = useMutation({
    mutationFn: () =>
      of.archived
        ? sent(api.POST('/v1/definitions/{key}/unarchive', { params: { path }, body: {} }))
        : sent(api.POST('/v1/definitions/{key}/archive', { params: { path }, body: {} })),
    onError: wrong,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['definitions'] });
      void client.invalidateQueries({ queryKey: ['definition', of.key] });
    },
  });
  const take = useMutation({
    mutationFn: () => sent(api.GET('/v1/definitions/{key}/export', { params: { path } })),
    onError: wrong,
    onSuccess: (found) => save(`${of.key}.json`, 'application/json', JSON.stringify(found, null, 1)),
  });
  if (!creates && !exports && !archives) return null;
  return (
    <Menu shadow="md" position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('builder.more_for', { name: of.name || of.key })}
        >
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {creates && (
          <Menu.Item
            onClick={() =>
              modals.open({ title: t('builder.duplicate'), children: <Duplicate of={of} onMade={onOpen} /> })
            }
          >
            {t('builder.duplicate')}
          </Menu.Item>
        )}
        {exports && of.version > 0 && (
          <Menu.Item onClick={() => take.mutate()}>{t('builder.export')}</Menu.Item>
        )}
        {archives && of.version > 0 && (
          <Menu.Item onClick={() => archive.mutate()}>
            {t(of.archived ? 'builder.unarchive' : 'builder.archive')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
