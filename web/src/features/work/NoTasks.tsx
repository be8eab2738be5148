import { Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Filters, PRESETS, preset } from './filters';

type Props = { filters: Filters; onShow: (filters: Filters) => void };

/** Why there is nothing, and where there may be something. */
export function NoTasks({ filters, onShow }: Props) {
  const { t } = useTranslation();
  const shown = preset(filters);
  const word = filters.q ? 'work.nothing_found' : shown === 'mine' ? 'tasks.nothing_mine' : 'work.nothing';
  const show = (id: string) => onShow(PRESETS.find((each) => each.id === id)?.filters ?? {});
  return (
    <Stack gap="sm" p="xs">
      <Text c="dimmed">{t(word)}</Text>
      <Group gap="xs">
        {shown === 'mine' && (
          <Button size="xs" variant="default" onClick={() => show('team')}>
            {t('tasks.see_team')}
          </Button>
        )}
        {shown !== 'all' && (
          <Button size="xs" variant="default" onClick={() => show('all')}>
            {t('tasks.see_all')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
