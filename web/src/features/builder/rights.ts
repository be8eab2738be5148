import { may } from '@/app/may';
import { useSession } from '@/app/session';

/** Whether whoever is signed in may do something with definitions at all. The API decides; this only hides buttons. */
export function useMay(operation: string): boolean {
  const me = useSession().data?.user;
  return !!me && may(me, operation);
}
