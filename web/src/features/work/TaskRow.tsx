// A row of the work list. Hundreds of them pass by in a second, so it is made of plain elements.
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { Status } from '@/ui/Status';
import { When } from '@/ui/When';
import './row.css';

/** Every row is so high, in pixels: what does not fit into a line is cut with dots. */
export const ROW = 64;

type Task = Schemas['Task'];
type Props = {
  task: Task;
  selected: boolean;
  picked: boolean;
  onPick: (task: Task, on: boolean) => void;
  onSelect: (task: Task) => void;
};

export const TaskRow = memo(function TaskRow({ task, selected, picked, onPick, onSelect }: Props) {
  const { t } = useTranslation();
  return (
    <div className="task-row" data-selected={selected || undefined} style={{ height: ROW }}>
      <label className="task-pick">
        <input
          type="checkbox"
          checked={picked}
          onChange={(event) => onPick(task, event.currentTarget.checked)}
          aria-label={t('work.pick', { title: task.title })}
        />
      </label>
      <button type="button" onClick={() => onSelect(task)} aria-current={selected}>
        <span className="task-line">
          <span className="task-title">{task.title}</span>
          <Status value={task.status} />
        </span>
        <span className="task-line task-quiet">
          <span className="task-title">{task.run_name}</span>
          {task.due && <When value={task.due} {...(task.overdue ? { c: 'red', fw: 600 } : {})} />}
        </span>
      </button>
    </div>
  );
});
