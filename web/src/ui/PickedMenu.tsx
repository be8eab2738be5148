import { Button, Menu, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

type Props = {
  count: number;
  commands: readonly string[];
  onAsk: (type: string) => void;
  children?: ReactNode;
};

/** How many are picked, and the commands that can be given to all of them; `children` are more of the menu. */
export function PickedMenu({ count, commands, onAsk, children }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Text size="sm" role="status">
        {t('bulk.picked', { count })}
      </Text>
      <Menu shadow="md">
        <Menu.Target>
          <Button size="xs" rightSection={<IconChevronDown size={14} aria-hidden />}>
            {t('bulk.command')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {commands.map((type) => (
            <Menu.Item
              key={type}
              c={type === 'abort' ? 'var(--hf-danger)' : undefined}
              onClick={() => onAsk(type)}
            >
              {t(`command.${type}`)}
            </Menu.Item>
          ))}
          {children}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
