import { Kbd, Modal, Switch, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { EVERYWHERE, shortcuts, useKeyboard, useShortcut } from './keyboard';
import { type PAGES, pagesOf } from './pages';
import { useSession } from './session';
import { useSettings } from './settings';

/** The links that `j` and `k` walk along: the first of each row of the page's tables and lists. */
function rows(): HTMLElement[] {
  const all = document.querySelectorAll<HTMLElement>('#content tbody tr, #content [data-row]');
  return [...all].flatMap((row) => row.querySelector<HTMLElement>('a[href], button') ?? []);
}

function walk(by: number): void {
  const all = rows();
  const place = all.findIndex((each) => each.closest('tr, [data-row]')?.contains(document.activeElement));
  all[Math.min(Math.max(place + by, 0), all.length - 1)]?.focus();
}

function search(): void {
  document.querySelector<HTMLElement>('#content input[type="search"]')?.focus();
}

function Going({ to, name, keys }: (typeof PAGES)[number]) {
  const { t } = useTranslation();
  const go = useNavigate();
  const run = useCallback(() => void go({ to }), [go, to]);
  useShortcut(keys, t('keys.go', { page: t(name) }), run, EVERYWHERE);
  return null;
}

/** The keys that hold everywhere, and `?`, which lists those of the page at hand. */
export function Shortcuts() {
  const { t } = useTranslation();
  const settings = useSettings();
  const session = useSession();
  const [opened, { open, close }] = useDisclosure();
  useKeyboard();
  useShortcut('/', t('keys.search'), search, EVERYWHERE);
  const next = useCallback(() => walk(1), []);
  const previous = useCallback(() => walk(-1), []);
  useShortcut('j', t('keys.next'), next, EVERYWHERE);
  useShortcut('k', t('keys.previous'), previous, EVERYWHERE);
  useShortcut('?', t('keys.title'), open, EVERYWHERE);
  useEffect(() => {
    window.addEventListener('holdfast-keys', open);
    return () => window.removeEventListener('holdfast-keys', open);
  }, [open]);
  const listed = useMemo(() => (opened ? shortcuts() : []), [opened]);
  return (
    <>
      {pagesOf(session.data?.user).map((page) => (
        <Going key={page.to} {...page} />
      ))}
      <Modal
        opened={opened}
        onClose={close}
        title={t('keys.title')}
        closeButtonProps={{ 'aria-label': t('keys.close') }}
      >
        <Switch
          mb="sm"
          label={t('settings.shortcuts')}
          checked={settings.shortcuts}
          onChange={(event) => settings.change({ shortcuts: event.currentTarget.checked })}
        />
        <Table>
          <Table.Tbody>
            <Row keys="mod+K" does={t('palette.placeholder')} />
            {listed.map((each) => (
              <Row key={each.keys} keys={each.keys} does={each.does} />
            ))}
          </Table.Tbody>
        </Table>
      </Modal>
    </>
  );
}

const MOD = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';

function Row({ keys, does }: { keys: string; does: string }) {
  return (
    <Table.Tr>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        {keys.split(/[ +]/).map((key, place) => (
          <Kbd key={`${place} ${key}`} mr={4}>
            {key === 'mod' ? MOD : key}
          </Kbd>
        ))}
      </Table.Td>
      <Table.Td>{does}</Table.Td>
    </Table.Tr>
  );
}
