import { useQuery } from '@tanstack/react-query';
import { api, sent } from '@/api/client';

/** The definitions one may see, as choices by name. */
export function useDefinitionChoices(): { value: string; label: string }[] {
  const found = useQuery({
    queryKey: ['definitions'],
    staleTime: 60_000,
    queryFn: () => sent(api.GET('/v1/definitions', { params: { query: { limit: 200 } } })),
  });
  return (found.data?.items ?? []).map((each) => ({ value: each.key, label: each.name }));
}
