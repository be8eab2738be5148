// A work order on a phone, with the network off between two steps: what is completed meanwhile waits on the phone, also
// over a reload, and is sent in its order when the connection is back. What is refused says why and loses nothing.
import { DESKTOP, PHONE, base, done, shown, story, timed } from './harness.mjs';

await story('phone', async ({ open, look }) => {
  const page = await open('ann', PHONE);
  const network = page.context();
  await page.goto(`${base}/records/demo.work_orders/w3`);
  await page.getByRole('button', { name: /Installation/ }).click();
  await shown(page, 'Overview');
  const run = new URL(page.url()).pathname.split('/').at(-1);
  await atHand(page, run);
  await look(page, 'begun');
  await done(page, 'Overview');
  await done(page, 'History');
  await shown(page, 'Start travelling');
  await loaded(page, run);

  await network.setOffline(true);
  await timed(page, 'Start travelling', 'Start the clock');
  await page.getByText(/1 waiting to be sent/).waitFor();
  await look(page, 'away');
  await timed(page, 'Arrived', 'Stop the clock');
  await done(page, 'Customer', () => page.getByLabel('Whom did you meet?').fill('M. Deux'));
  await page.reload();
  await shown(page, 'Work details');
  await page.getByText(/3 waiting to be sent/).waitFor();
  for (const title of ['Work details', 'Schedule', 'Resources', 'Object']) await done(page, title);
  await timed(page, 'Start working', 'Start the clock');
  await done(page, 'Safety check', async () => {
    await page.getByRole('checkbox', { name: 'Power is off' }).check();
    await page.getByRole('radio', { name: 'Yes' }).check();
  });
  await done(page, 'Description of the work', () =>
    page.getByLabel('What did you do?').fill('Boiler replaced.'),
  );
  await done(page, 'Pictures', () => picture(page, look));
  await page.getByRole('button', { name: /\d waiting to be sent/ }).click();
  await page
    .getByRole('dialog')
    .getByText(/Pictures · Complete/)
    .waitFor();
  await look(page, 'queue');
  await page.keyboard.press('Escape');

  const sent = commands(page);
  await network.setOffline(false);
  await page
    .getByText(/\d waiting to be sent/)
    .first()
    .waitFor({ state: 'hidden', timeout: 60_000 });
  await inOrder(page, run, sent);
  await shown(page, 'Materials');
  await refused(page, network, await open('lea', DESKTOP), run, look);
  await signedOut(page, network, look);
});

/** The console itself is on the phone: every file it was built into. */
async function atHand(page) {
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(async () => {
    const built = Object.values(await (await fetch('/.vite/manifest.json')).json());
    const known = await (await caches.open('holdfast-shell')).keys();
    return known.length > built.length;
  });
}

/** The forms of the steps to come are on the phone. */
async function loaded(page, run) {
  await page.waitForFunction(
    async (id) => {
      const open = indexedDB.open('holdfast-kept');
      const database = await new Promise((done) => (open.onsuccess = () => done(open.result)));
      const asked = database.transaction('queries').objectStore('queries').get('last');
      const kept = await new Promise((done) => (asked.onsuccess = () => done(asked.result ?? [])));
      database.close();
      const steps = kept.filter(({ key }) => key[1] === id && key[2] === 'step').map(({ key }) => key[3]);
      return (
        ['arrived', 'customer', 'pictures', 'materials', 'send'].filter((each) => steps.includes(each))
          .length >= 4
      );
    },
    run,
    { timeout: 60_000 },
  );
}

async function picture(page, look) {
  const group = page.getByRole('group', { name: 'Before' });
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    group.getByRole('button', { name: 'Take a picture' }).click(),
  ]);
  const buffer = await page.screenshot({ clip: { x: 0, y: 0, width: 200, height: 200 } });
  await chooser.setFiles({ name: 'before.png', mimeType: 'image/png', buffer });
  await group.getByLabel('Caption of before.png').fill('The old boiler');
  await look(page, 'picture');
}

/** The commands that leave the page from now on, as their bodies. */
function commands(page) {
  const found = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/commands'))
      found.push(request.postDataJSON());
  });
  return found;
}

/** What was given without a connection arrived in its order, each with the time it was given, and its picture. */
async function inOrder(page, run, sent) {
  const steps = sent.map((each) => each.step).join(' ');
  const given =
    'travel_start travel_stop customer work_details schedule resources object work_start form description pictures';
  if (steps !== given) throw new Error(`sent were ${steps}`);
  const times = sent.map((each) => each.occurred_at);
  if (times.some((each) => !each) || times.join() !== [...times].sort().join())
    throw new Error(`given at ${times.join()}`);
  const view = await page.evaluate(async (id) => (await fetch(`/v1/runs/${id}`)).json(), run);
  const of = (name) => view.steps.find((each) => each.id === name);
  if (given.split(' ').some((name) => of(name).status !== 'done')) throw new Error('not all of it was taken');
  const [kept] = of('pictures').output.before;
  if (kept.caption !== 'The old boiler' || !kept.sha256)
    throw new Error(`the picture is ${JSON.stringify(kept)}`);
}

/** Somebody else was faster while there was no connection. */
async function refused(page, network, other, run, look) {
  await network.setOffline(true);
  await page.getByRole('button', { name: 'Add a row to Used' }).click();
  await page.getByRole('textbox', { name: 'Material' }).fill('Boiler');
  await page.getByRole('textbox', { name: 'Count' }).fill('1');
  await page.getByRole('button', { name: 'Complete', exact: true }).click();
  await page.getByText(/1 waiting to be sent/).waitFor();
  await other.goto(`${base}/runs/${run}?step=materials`);
  await shown(other, 'Materials');
  await other.getByRole('button', { name: 'Complete', exact: true }).click();
  await shown(other, 'Hours');
  await network.setOffline(false);
  await page.getByRole('button', { name: /1 refused/ }).click();
  const list = page.getByRole('dialog');
  await list.getByText(/Materials · Complete/).waitFor();
  await look(page, 'refused');
  await list.getByRole('link', { name: 'Open the step' }).click();
  await page.getByText(/What you entered is kept/).waitFor();
  await page.getByText('Boiler').first().waitFor();
  await look(page, 'kept');
  await page.getByRole('button', { name: /1 refused/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  await page.getByText('Everything has been sent.').first().waitFor();
  await page.keyboard.press('Escape');
}

/** The session ends while a form is filled in: sign in again, and what was entered is still there. */
async function signedOut(page, network, look) {
  await page
    .getByRole('button', { name: /^Hours/ })
    .first()
    .click();
  await shown(page, 'Hours');
  await page.getByRole('button', { name: 'Add a row to Worked' }).click();
  await page.getByRole('radio', { name: 'work', exact: true }).check();
  await page.getByRole('textbox', { name: 'Minutes' }).fill('90');
  await network.clearCookies();
  await page.getByRole('button', { name: /^ann\b/ }).click();
  await shown(page, 'Hours');
  if ((await page.getByRole('textbox', { name: 'Minutes' }).inputValue()) !== '90')
    throw new Error('what was entered is gone');
  await look(page, 'signed-in-again');
}
