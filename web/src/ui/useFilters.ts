// The filters of a list are its address: whoever goes back, reloads or shares it has the same list.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { type Filters, withoutEmpty } from './saved';

type List = '/board' | '/definitions' | '/log' | '/runs' | '/work';

/** The filters as they stand there; `show` puts others in their place, `change` some, and an empty one takes it away. */
export function useFilters(from: List) {
  const filters = useSearch({ from }) as Filters;
  const go = useNavigate({ from });
  const show = useCallback((next: Filters) => void go({ search: next, replace: true }), [go]);
  const change = useCallback(
    (next: Filters) =>
      void go({ search: (old: Filters) => withoutEmpty({ ...old, ...next }), replace: true }),
    [go],
  );
  return { filters, show, change };
}
