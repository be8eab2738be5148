import { Alert, Button, Card, Group, List, Stack, Table, Text } from '@mantine/core';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '@/app/session';
import { When } from '@/ui/When';
import type { Command } from '../hooks';
import type { Step } from '../model';
import { read } from '../Rounds';
import { type Approval, canDo, differing, rowsOf, type Values } from './model';

type Props = {
  step: Step;
  approval: Approval;
  /** Whether it still waits for somebody; else it is only told who agreed to what. */
  asked: boolean;
  busy: boolean;
  give: (command: Command) => void;
};

/** What exactly will be done, who must agree and who has. Agreement names the hash of what is shown, and nothing else. */
export function Agree({ step, approval, asked, busy, give }: Props) {
  const { t } = useTranslation();
  const [looked, setLooked] = useState(approval);
  const moved = looked.hash !== approval.hash;
  const name = useId();
  return (
    <Card withBorder padding="sm" component="section" aria-labelledby={name}>
      <Stack gap="sm">
        <Text fw={600} id={name}>
          {t(asked ? 'proposal.exactly' : 'proposal.agreed_to')}
        </Text>
        <Exactly values={approval.values} labelled={name} />
        {moved && <Moved was={looked.values} is={approval.values} onLooked={() => setLooked(approval)} />}
        <Whom approval={approval} asked={asked} />
        {approval.refused && <Refused refused={approval.refused} />}
        {canDo(step, 'approve') && (
          <Group gap="xs">
            <Button
              size="md"
              loading={busy}
              disabled={moved}
              onClick={() => give({ type: 'approve', hash: approval.hash })}
            >
              {t('command.approve')}
            </Button>
          </Group>
        )}
      </Stack>
    </Card>
  );
}

function Exactly({ values, labelled }: { values: Values; labelled: string }) {
  const { t } = useTranslation();
  return (
    <Table verticalSpacing={4} aria-labelledby={labelled}>
      <Table.Tbody>
        {rowsOf(values).map((row) => (
          <Table.Tr key={row.name}>
            <Table.Th scope="row" w="35%" style={{ overflowWrap: 'anywhere' }}>
              {row.name}
            </Table.Th>
            <Table.Td style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
              {read(row.value) || t('record.empty')}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

type MovedProps = { was: Values; is: Values; onLooked: () => void };

/** The values are others than those that were looked at: nobody agrees to them by a click that was meant for the old. */
function Moved({ was, is, onLooked }: MovedProps) {
  const { t } = useTranslation();
  return (
    <Alert color="orange" role="alert" title={t('proposal.moved')}>
      <List size="sm">
        {differing(was, is).map((row) => (
          <List.Item key={row.name}>
            {row.name}: <s>{read(row.was) || t('record.empty')}</s>{' '}
            <strong>{read(row.is) || t('record.empty')}</strong>
          </List.Item>
        ))}
      </List>
      <Button variant="default" size="xs" mt="xs" onClick={onLooked}>
        {t('proposal.looked')}
      </Button>
    </Alert>
  );
}

function Whom({ approval, asked }: { approval: Approval; asked: boolean }) {
  const { t } = useTranslation();
  const me = useSession().data?.user?.id ?? '';
  const whom = [...approval.roles, ...approval.teams].join(', ');
  const given = approval.given as { by: string; at?: string }[];
  return (
    <div>
      {asked && (
        <Text size="sm">
          {t('proposal.agrees', { count: approval.count, whom: whom || t('proposal.anybody') })}{' '}
          {t('proposal.wants', { by: approval.by })}
        </Text>
      )}
      {asked && given.length === 0 && <Text size="sm">{t('proposal.nobody_yet')}</Text>}
      {given.map((each) => (
        <Text size="sm" key={each.by}>
          {t('proposal.agreed', { by: each.by })} <When value={each.at} />
        </Text>
      ))}
      {asked && approval.not_by.includes(me) && (
        <Text size="sm" fw={600}>
          {t('proposal.not_you')}
        </Text>
      )}
      {asked && !approval.wait && <Text size="sm">{t('proposal.goes_on')}</Text>}
    </div>
  );
}

function Refused({ refused }: { refused: Values }) {
  const { t } = useTranslation();
  return (
    <Alert color="orange" title={t('proposal.refused', { by: String(refused.by) })}>
      {String(refused.reason ?? '')}
    </Alert>
  );
}
