// What the link of one use leads to: a first password, and then one is signed in.
import { Button, Card, Center, PasswordInput, Stack, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFirstPassword } from '@/app/session';
import { Said } from '@/ui/Said';

const LINK = '#setup=';

/** The secret of the link this page was opened by; empty where it was opened by another one. */
export const setupToken = () =>
  window.location.hash.startsWith(LINK) ? window.location.hash.slice(LINK.length) : '';

export function FirstPassword({ token }: { token: string }) {
  const { t } = useTranslation();
  const first = useFirstPassword();
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    first.mutate(
      { token, password },
      // The address must not keep the secret, though it leads nowhere any more.
      { onSuccess: () => window.history.replaceState(null, '', window.location.pathname) },
    );
  };
  return (
    <Center component="main" mih="100vh" p="md">
      <Card withBorder shadow="sm" w={400} maw="100%" padding="xl">
        <form onSubmit={submit}>
          <Stack gap="sm">
            <Title order={1} size="h3">
              {t('session.first')}
            </Title>
            <PasswordInput
              label={t('session.password')}
              description={t('session.length')}
              autoComplete="new-password"
              required
              minLength={10}
              maxLength={1000}
              value={password}
              onChange={(e) => setPassword(e.currentTarget.value)}
            />
            {first.isError && <Said error={first.error} />}
            <Button type="submit" loading={first.isPending}>
              {t('session.submit')}
            </Button>
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
