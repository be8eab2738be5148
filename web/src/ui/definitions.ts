// What definitions there are, and the versions of one of them.
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, sent } from '@/api/client';

/** Every definition one may see, as far as one page of the API goes. */
export const definitions = queryOptions({
  queryKey: ['definitions'],
  queryFn: () => sent(api.GET('/v1/definitions', { params: { query: { limit: 200 } } })),
});

/** The same as choices by name. */
export function useDefinitionChoices(): { value: string; label: string }[] {
  const found = useQuery({ ...definitions, staleTime: 60_000 });
  return (found.data?.items ?? []).map((each) => ({ value: each.key, label: each.name }));
}

export function useVersions(key: string, wanted = true) {
  return useQuery({
    queryKey: ['versions', key],
    enabled: wanted,
    queryFn: () =>
      sent(api.GET('/v1/definitions/{key}/versions', { params: { path: { key }, query: { limit: 200 } } })),
  });
}
