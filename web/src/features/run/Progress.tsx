import { Button, Group, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { keys } from '@/app/queries';
import { named, usePeople } from '@/ui/assignees';
import { Failed } from '@/ui/Failed';
import { Foot } from '@/ui/Foot';
import { Said } from '@/ui/Said';
import { ToCopy } from '@/ui/ToCopy';
import { When } from '@/ui/When';
import type { Run } from './model';

const AUDIENCES = ['customer', 'partner'] as const;
type Audience = (typeof AUDIENCES)[number];

/** Links by which a customer or a partner sees how the run stands: made, told once, listed and ended. */
export function Progress({ run }: { run: Run }) {
  const { t } = useTranslation();
  const { links, make, end } = useLinks(run.id);
  const people = usePeople();
  const [audience, setAudience] = useState<Audience>('customer');
  const [partner, setPartner] = useState<string | null>(null);
  const made = links.data?.items.some((each) => each.id === make.data?.id) ? make.data : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(audience === 'partner' ? { audience, partner } : { audience });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">{t('progress.help')}</Text>
        <SegmentedControl
          aria-label={t('progress.for')}
          value={audience}
          onChange={(next) => setAudience(next as Audience)}
          data={AUDIENCES.map((value) => ({ value, label: t(`progress.${value}`) }))}
        />
        {audience === 'partner' && (
          <Select
            label={t('progress.partner')}
            required
            searchable
            value={partner}
            onChange={setPartner}
            data={named(people.data?.partners)}
            nothingFoundMessage={t('palette.nothing')}
          />
        )}
        {made && <ToCopy value={made.link} label={t('outside.copy')} />}
        {make.isError && <Said error={make.error} />}
        {end.isError && <Said error={end.error} />}
        {links.isError && <Failed error={links.error} />}
        {links.data?.items.map((each) => (
          <Group key={each.id} justify="space-between" wrap="nowrap">
            <Text size="sm">
              {t(`progress.${each.audience as Audience}`)} {each.partner} ·{' '}
              {t('progress.made', { by: each.made_by })} <When value={each.made_at} />
            </Text>
            <Button size="compact-sm" variant="subtle" onClick={() => end.mutate(each.id)}>
              {t('progress.end')}
            </Button>
          </Group>
        ))}
        <Foot>
          <Button type="submit" loading={make.isPending} disabled={audience === 'partner' && !partner}>
            {t('progress.make')}
          </Button>
        </Foot>
      </Stack>
    </form>
  );
}

function useLinks(run: string) {
  const client = useQueryClient();
  const path = { run };
  const queryKey = [...keys.run(run), 'links'];
  const onSuccess = () => client.invalidateQueries({ queryKey });
  const links = useQuery({
    queryKey,
    queryFn: () => sent(api.GET('/v1/runs/{run}/links', { params: { path } })),
  });
  const make = useMutation({
    mutationFn: (body: { audience: Audience; partner?: string | null }) =>
      sent(api.POST('/v1/runs/{run}/links', { params: { path }, body })),
    onSuccess,
  });
  const end = useMutation({
    mutationFn: (link: string) =>
      sent(api.DELETE('/v1/runs/{run}/links/{link}', { params: { path: { run, link } } })),
    onSuccess,
  });
  return { links, make, end };
}
