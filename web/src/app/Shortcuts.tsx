import { Kbd, Modal, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { shortcuts, useKeyboard, useShortcut } from './keyboard';

/** The keys that hold everywhere, and `?`, which lists those of the page at hand. */
export function Shortcuts() {
  const { t } = useTranslation();
  const go = useNavigate();
  const [opened, { open, close }] = useDisclosure();
  useKeyboard();
  useShortcut(
    'g i',
    t('nav.work'),
    useCallback(() => void go({ to: '/work' }), [go]),
  );
  useShortcut(
    'g r',
    t('nav.runs'),
    useCallback(() => void go({ to: '/runs' }), [go]),
  );
  useShortcut(
    'g d',
    t('nav.records'),
    useCallback(() => void go({ to: '/records' }), [go]),
  );
  useShortcut('?', t('keys.title'), open);
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t('keys.title')}
      closeButtonProps={{ 'aria-label': t('keys.close') }}
    >
      <Table>
        <Table.Tbody>
          {shortcuts().map((each) => (
            <Table.Tr key={each.keys}>
              <Table.Td>
                {each.keys.split(' ').map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{each.does}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
