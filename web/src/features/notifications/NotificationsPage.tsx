import { Checkbox, Group, Select, Stack, Switch, Table, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { Failed } from '@/ui/Failed';
import { Waiting } from '@/ui/Waiting';
import { When } from '@/ui/When';
import { type Settings, WAYS, type Way, with_ } from './ways';
import './words';

const KEY = ['notifications'];

/** How somebody is told of what. Each change is kept as it is made. */
export default function NotificationsPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const found = useQuery({ queryKey: KEY, queryFn: () => sent(api.GET('/v1/me/notifications')) });
  const keep = useMutation({
    mutationFn: (body: Schemas['ChangedNotifications']) => sent(api.PUT('/v1/me/notifications', { body })),
    onSuccess: (kept) => client.setQueryData(KEY, kept),
  });
  if (found.isError) return <Failed error={found.error} reset={() => void found.refetch()} />;
  if (!found.data) return <Waiting />;
  const settings = found.data;
  return (
    <Stack gap="md" maw={720}>
      <Title order={1} size="h3">
        {t('told.title')}
      </Title>
      <Text c="dimmed">{t('told.text')}</Text>
      <Text>{settings.email ? t('told.address', { email: settings.email }) : t('told.no_address')}</Text>
      <Switch
        label={t('told.muted')}
        checked={settings.muted}
        onChange={(event) => keep.mutate({ muted: event.currentTarget.checked })}
      />
      <Kinds settings={settings} onChange={(kinds) => keep.mutate({ kinds })} />
      <Daily settings={settings} onChange={keep.mutate} />
      {keep.isError && <Failed error={keep.error} reset={keep.reset} />}
    </Stack>
  );
}

type KindsProps = { settings: Settings; onChange: (kinds: Settings['kinds']) => void };

function Kinds({ settings, onChange }: KindsProps) {
  const { t } = useTranslation();
  const mail = (way: Way) => way !== 'in_app';
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('told.what')}</Table.Th>
            {WAYS.map((way) => (
              <Table.Th key={way}>{t(`told.${way}`)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {settings.kinds.map((each) => (
            <Table.Tr key={each.kind}>
              <Table.Td>{t(`told.kind.${each.kind}`)}</Table.Td>
              {WAYS.map((way) => (
                <Table.Td key={way}>
                  <Checkbox
                    aria-label={t('told.each', { kind: t(`told.kind.${each.kind}`), way: t(`told.${way}`) })}
                    checked={each[way]}
                    disabled={mail(way) && settings.muted}
                    onChange={(event) => onChange([with_(each, way, event.currentTarget.checked)])}
                  />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

type DailyProps = { settings: Settings; onChange: (body: Schemas['ChangedNotifications']) => void };

function Daily({ settings, onChange }: DailyProps) {
  const { t } = useTranslation();
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
  return (
    <Group align="end">
      <TextInput
        type="time"
        label={t('told.at')}
        defaultValue={settings.digest_at}
        onBlur={({ currentTarget: { value } }) =>
          value && value !== settings.digest_at && onChange({ digest_at: value })
        }
      />
      <Select
        label={t('told.zone')}
        data={zones.includes(settings.zone) ? zones : [settings.zone, ...zones]}
        value={settings.zone}
        searchable
        allowDeselect={false}
        limit={100}
        onChange={(zone) => zone && onChange({ zone })}
      />
      {settings.next_digest && settings.kinds.some((each) => each.digest) && (
        <Text size="sm" c="dimmed">
          {t('told.next')} <When value={settings.next_digest} />
        </Text>
      )}
    </Group>
  );
}
