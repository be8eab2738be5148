import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { named } from './assignees';

type Props = { value: string; onChange: (inbox: string) => void };

/** An inbox to hand something on to, one's own team's or another's. */
export function InboxChoice({ value, onChange }: Props) {
  const { t } = useTranslation();
  const inboxes = useQuery({
    queryKey: ['inbox-names'],
    staleTime: 60_000,
    queryFn: () => sent(api.GET('/v1/inboxes/names', { params: { query: { limit: 200 } } })),
  });
  return (
    <Select
      label={t('step.inbox')}
      required
      allowDeselect={false}
      value={value || null}
      onChange={(next) => onChange(next ?? '')}
      searchable
      data={named(inboxes.data?.items)}
      nothingFoundMessage={t('palette.nothing')}
    />
  );
}
