import { Loader } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Something is on its way, said also to who does not see it turn. */
export function Waiting({ size }: { size?: 'sm' }) {
  const { t } = useTranslation();
  return <Loader role="status" aria-label={t('problem.loading')} {...(size ? { size } : {})} />;
}
