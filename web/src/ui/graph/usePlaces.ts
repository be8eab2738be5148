import { useEffect, useState } from 'react';
import type { Place, Shape } from './layout';

/** Places for the steps of a shape (as JSON), laid out in a worker; those of the shape before until they are there. */
export function usePlaces(shape: string): Place[] | null {
  const [places, setPlaces] = useState<Place[] | null>(null);
  useEffect(() => {
    const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = (event: MessageEvent<Place[]>) => setPlaces(event.data);
    worker.postMessage(JSON.parse(shape) as Shape);
    return () => worker.terminate();
  }, [shape]);
  return places;
}
