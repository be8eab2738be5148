import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** The way to the next page of a list, where there is one. */
export function NextPage({
  list,
}: {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; more: () => void };
}) {
  const { t } = useTranslation();
  if (!list.hasNextPage) return null;
  return (
    <Group>
      <Button variant="default" loading={list.isFetchingNextPage} onClick={list.more}>
        {t('runs.more')}
      </Button>
    </Group>
  );
}

/** Rows that came meanwhile wait until they are called, so that nothing moves under somebody's eyes. */
export function Fresh({ list, words }: { list: { fresh: number; show: () => void }; words: string }) {
  if (list.fresh === 0) return null;
  return (
    <Group>
      <Button size="xs" variant="light" radius="xl" onClick={list.show}>
        {words}
      </Button>
    </Group>
  );
}
