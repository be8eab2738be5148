import { Spotlight } from '@mantine/spotlight';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { type Shortcut, shortcuts } from './keyboard';
import { pagesOf } from './pages';
import { useSession } from './session';

const LONGEST = 8;

/** Runs whose name, id or record has what was typed. */
function useRuns(query: string) {
  const [asked] = useDebouncedValue(query.trim(), 200);
  const found = useQuery({
    queryKey: ['palette', asked],
    enabled: asked.length > 1,
    queryFn: () => sent(api.GET('/v1/runs', { params: { query: { q: asked, limit: LONGEST } as never } })),
  });
  return asked.length > 1 ? (found.data?.items ?? []) : [];
}

const has = (text: string, query: string) => text.toLowerCase().includes(query.trim().toLowerCase());

/** Ctrl+K: every page, what can be done on this one, and runs by what is in their names. */
export default function Palette() {
  const { t } = useTranslation();
  const go = useNavigate();
  const [query, setQuery] = useState('');
  const [here, setHere] = useState<Shortcut[]>([]);
  const runs = useRuns(query);
  const pages = pagesOf(useSession().data?.user).map((page) => ({
    id: page.to,
    label: `${t('palette.goto')}: ${t(page.name)}`,
    onClick: () => void go({ to: page.to }),
  }));
  // What single keys do, for who does not know them: those that go to a page stand above.
  const commands = here
    .filter((each) => !each.keys.startsWith('g '))
    .map((each) => ({ id: each.keys, label: each.does, description: each.keys, onClick: each.run }));
  const found = runs.map((run) => ({
    id: run.id,
    label: run.name,
    description: `${t(`status.${run.status}`, { defaultValue: run.status })} · ${run.definition}`,
    onClick: () => void go({ to: '/runs/$run', params: { run: run.id } }),
  }));
  return (
    <Spotlight
      shortcut={null}
      attributes={{ content: { 'aria-label': t('palette.name') } }}
      query={query}
      onQueryChange={setQuery}
      onSpotlightOpen={() => setHere(shortcuts())}
      filter={(_, groups) => groups}
      actions={[
        { group: t('palette.pages'), actions: pages.filter((each) => has(each.label, query)) },
        { group: t('palette.here'), actions: commands.filter((each) => has(each.label, query)) },
        { group: t('nav.runs'), actions: found },
      ].filter((group) => group.actions.length > 0)}
      nothingFound={t('palette.nothing')}
      searchProps={{ placeholder: t('palette.placeholder'), 'aria-label': t('palette.placeholder') }}
      scrollAreaProps={{ mah: 420 }}
    />
  );
}
