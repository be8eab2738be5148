import {
  Button,
  Card,
  Center,
  Divider,
  Group,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Session, useSignIn } from '@/app/session';
import { Said } from '@/ui/Said';

export function SignIn({ demo, oidc }: { demo: Session['demo']; oidc?: string | null }) {
  const { t } = useTranslation();
  const signIn = useSignIn();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ name, password });
  };
  return (
    <Center component="main" mih="100vh" p="md">
      <Card withBorder shadow="sm" w={400} maw="100%" padding="xl">
        <Stack>
          <Title order={1} size="h3">
            {t('session.title')}
          </Title>
          <form onSubmit={submit}>
            <Stack gap="sm">
              <TextInput
                label={t('session.name')}
                autoComplete="username"
                required
                value={name}
                onChange={(e) => setName(e.currentTarget.value)}
              />
              <PasswordInput
                label={t('session.password')}
                autoComplete="current-password"
                required
                value={password}
                onChange={(e) => setPassword(e.currentTarget.value)}
              />
              {signIn.isError && <Said error={signIn.error} />}
              <Button type="submit" loading={signIn.isPending}>
                {t('session.submit')}
              </Button>
            </Stack>
          </form>
          {oidc && (
            <Button component="a" href="/v1/session/oidc/start" variant="default">
              {t('session.oidc', { issuer: oidc })}
            </Button>
          )}
          {demo.length > 0 && (
            <>
              <Divider label={t('session.demo')} />
              <Group gap="xs">
                {demo.map((person) => (
                  <Button
                    key={person.id}
                    variant="default"
                    size="sm"
                    onClick={() => signIn.mutate({ demo: person.id })}
                  >
                    {person.id}
                    <Text span c="dimmed" size="xs" ml={6}>
                      {person.roles.join(', ')}
                    </Text>
                  </Button>
                ))}
              </Group>
            </>
          )}
        </Stack>
      </Card>
    </Center>
  );
}
