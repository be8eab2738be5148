import { Anchor, Button, Group, Radio, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Said } from '@/ui/Said';
import { Waiting } from '@/ui/Waiting';
import { When } from '@/ui/When';
import { useBuilding } from './context';
import { Differences } from './Differences';
import { useVersions } from '@/ui/definitions';
import { useVersion } from './hooks';

const DRAFT = 0;

/** Every version with who published it and when; any two of them, or one and what is being edited, side by side. */
export default function Versions({ definition }: { definition: string }) {
  const { t } = useTranslation();
  const { document, editable, change } = useBuilding();
  const versions = useVersions(definition);
  const newest = versions.data?.items[0]?.version ?? null;
  const [from, setFrom] = useState<number | null>(null);
  const [to, setTo] = useState(DRAFT);
  const older = from ?? newest;
  const [before, after] = [useVersion(definition, older), useVersion(definition, to === DRAFT ? null : to)];
  if (versions.isError) return <Said error={versions.error} />;
  if (!versions.data) return <Waiting size="sm" />;
  if (versions.data.items.length === 0) return <Text c="dimmed">{t('builder.no_versions')}</Text>;
  const newer = to === DRAFT ? document : after.data;
  const rows = [{ version: DRAFT, published_at: null, published_by: null }, ...versions.data.items];
  return (
    <Stack>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('builder.version')}</Table.Th>
            <Table.Th>{t('builder.when')}</Table.Th>
            <Table.Th>{t('builder.by')}</Table.Th>
            <Table.Th>{t('builder.before')}</Table.Th>
            <Table.Th>{t('builder.after_it')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((each) => {
            const name =
              each.version === DRAFT ? t('builder.edited_now') : t('run.version', { n: each.version });
            return (
              <Table.Tr key={each.version}>
                <Table.Td>{name}</Table.Td>
                <Table.Td>{each.published_at && <When value={each.published_at} />}</Table.Td>
                <Table.Td>{each.published_by}</Table.Td>
                <Table.Td>
                  {each.version !== DRAFT && (
                    <Radio
                      aria-label={t('builder.compare_from', { name })}
                      checked={older === each.version}
                      onChange={() => setFrom(each.version)}
                    />
                  )}
                </Table.Td>
                <Table.Td>
                  <Radio
                    aria-label={t('builder.compare_to', { name })}
                    checked={to === each.version}
                    onChange={() => setTo(each.version)}
                  />
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
      <Group justify="space-between">
        <Title order={2} size="h5">
          {t('builder.differences')}
        </Title>
        {editable && before.data && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => before.data && change(() => before.data)}
          >
            {t('builder.restore', { n: older })}
          </Button>
        )}
      </Group>
      {before.data && newer ? <Differences before={before.data} after={newer} /> : <Waiting size="sm" />}
      <Anchor
        size="sm"
        href={`/v1/definitions/${encodeURIComponent(definition)}/versions/${older}`}
        target="_blank"
      >
        {t('builder.as_json', { n: older })}
      </Anchor>
    </Stack>
  );
}
