// The collections of all sources: what there is, what one of them holds, and what it is called.
import { useQuery } from '@tanstack/react-query';
import { api, sent } from '@/api/client';

const LONG = 300_000;

/** `demo.work_orders` as the API is asked for it: the source, and the collection in it. */
export function parts(collection: string): { source: string; collection: string } {
  const [source = '', name = ''] = collection.split(/\.(.*)/);
  return { source, collection: name };
}

/** `demo.work_orders` as one reads it: Work orders. */
export function titleOf(collection: string): string {
  const name = collection.replace(/^[^.]*\./, '').replaceAll('_', ' ');
  return name.charAt(0).toLocaleUpperCase() + name.slice(1);
}

/** Every collection of every source, by its whole name. */
export function useCollections(wanted = true) {
  return useQuery({
    queryKey: ['collections'],
    enabled: wanted,
    staleTime: LONG,
    queryFn: async () => {
      const { items } = await sent(api.GET('/v1/sources'));
      const each = await Promise.all(
        items.map(({ id }) =>
          sent(api.GET('/v1/sources/{source}/collections', { params: { path: { source: id } } })),
        ),
      );
      return each.flatMap((page) => page.items.map((item) => item.id));
    },
  });
}

/** The fields and relations of a collection. */
export function useShape(collection: string | undefined) {
  return useQuery({
    queryKey: ['collection', collection],
    enabled: !!collection?.includes('.'),
    staleTime: LONG,
    queryFn: () =>
      sent(
        api.GET('/v1/sources/{source}/collections/{collection}', {
          params: { path: parts(collection ?? '') },
        }),
      ),
  });
}
