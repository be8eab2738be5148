import { Button, Group, Menu, ActionIcon, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { may } from '@/app/may';
import { useSession } from '@/app/session';
import { Failed } from '@/ui/Failed';
import { Said } from '@/ui/Said';
import { Exactly } from '@/ui/When';
import { Waiting } from '@/ui/Waiting';
import { Change } from './Change';
import { useCell, useDeed, useFieldName, useRows } from './hooks';
import { Once } from './Once';
import { addressOf, type Row, type Section } from './sections';
import { TryOut } from './TryOut';

/** One register: its rows, a way to add one, and what can be done to each. */
export function Register({ section }: { section: Section }) {
  const { t } = useTranslation();
  const nameOf = useFieldName();
  const rows = useRows(section);
  const title = t(`admin.section.${section.id}`);
  const open = (before?: Row) =>
    modals.open({
      title: before
        ? t('admin.change', { name: String(before[section.key]) })
        : t('admin.add_to', { name: title }),
      size: 'lg',
      children: <Change section={section} {...(before ? { before } : {})} />,
    });
  if (rows.isError) return <Failed error={rows.error} reset={() => void rows.refetch()} />;
  if (!rows.data) return <Waiting size="sm" />;
  return (
    <Stack gap="sm">
      {section.add && (
        <Group>
          <Button size="sm" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => open()}>
            {t('admin.add')}
          </Button>
        </Group>
      )}
      {rows.data.length === 0 && <Text c="dimmed">{t('admin.nothing')}</Text>}
      {rows.data.length > 0 && (
        <Table.ScrollContainer minWidth={480}>
          <Table verticalSpacing={6} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                {[section.key, ...section.columns].map((name) => (
                  <Table.Th key={name}>{nameOf(name)}</Table.Th>
                ))}
                <Table.Th>
                  <VisuallyHidden>{t('admin.deeds')}</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.data.map((row) => (
                <Table.Tr key={String(row[section.key])}>
                  <Table.Th scope="row" fw={500} style={{ overflowWrap: 'anywhere' }}>
                    {String(row[section.key])}
                  </Table.Th>
                  {section.columns.map((name) => (
                    <Table.Td key={name} style={{ overflowWrap: 'anywhere' }}>
                      <Cell value={row[name]} name={name} />
                    </Table.Td>
                  ))}
                  <Table.Td>
                    <Deeds section={section} row={row} onChange={() => open(row)} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  );
}

function Cell({ value, name }: { value: unknown; name: string }) {
  const cell = useCell();
  if (typeof value === 'string' && /_at$|_since$|^next$/.test(name)) return <Exactly value={value} />;
  return cell(value);
}

/** How a row is tried out, where that can be and this person may: asked for in a dialog, and its run is opened. */
function useTries(section: Section): ((row: Row) => void) | undefined {
  const { t } = useTranslation();
  const me = useSession().data?.user;
  const go = useNavigate();
  const { tries } = section;
  if (!tries || !me || !may(me, tries.asks)) return undefined;
  const onRun = (run: string) => void go({ to: '/runs/$run', params: { run } });
  return (row) =>
    modals.open({
      title: `${t('admin.deed.try')}: ${String(row[section.key])}`,
      size: 'lg',
      children: <TryOut section={section} row={row} path={tries.path} onRun={onRun} />,
    });
}

/** What may be done to a row, each asked once more where it cannot be taken back. */
function Deeds({ section, row, onChange }: { section: Section; row: Row; onChange: () => void }) {
  const { t } = useTranslation();
  const deed = useDeed(section);
  const name = String(row[section.key]);
  const fits = (section.deeds ?? []).filter((each) => !each.fits || each.fits(row));
  const tries = useTries(section);
  if (fits.length === 0 && !section.change && !tries) return null;
  const give = async (each: (typeof fits)[number]) => {
    const path = addressOf(section, row, each.path);
    const told = await deed.mutateAsync({ method: each.method, path }).catch((error: unknown) => {
      modals.open({ title: t('admin.refused'), children: <Said error={error} /> });
    });
    if (told) modals.open({ title: t(`admin.deed.${each.id}`), children: <Once told={told as Row} /> });
  };
  const ask = (each: (typeof fits)[number]) =>
    each.grave
      ? modals.openConfirmModal({
          title: t('admin.sure', { deed: t(`admin.deed.${each.id}`), name }),
          labels: { confirm: t(`admin.deed.${each.id}`), cancel: t('step.never_mind') },
          confirmProps: { color: 'red.9' },
          onConfirm: () => void give(each),
        })
      : void give(each);
  return (
    <Menu shadow="md">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          loading={deed.isPending}
          aria-label={t('admin.deeds_of', { name })}
        >
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {section.change && <Menu.Item onClick={onChange}>{t('admin.deed.change')}</Menu.Item>}
        {tries && <Menu.Item onClick={() => tries(row)}>{t('admin.deed.try')}</Menu.Item>}
        {fits.map((each) => (
          <Menu.Item key={each.id} c={each.grave ? 'var(--hf-danger)' : undefined} onClick={() => ask(each)}>
            {t(`admin.deed.${each.id}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
