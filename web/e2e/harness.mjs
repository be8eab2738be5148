// A browser as a person has one, in front of a running Holdfast: `node e2e/<story>.mjs http://127.0.0.1:8080`.
// A story ends well, or with what went wrong: a step that could not be done, an error in the console, a violation of
// the page's policy, or what axe finds. What it measured it says, and judges by none of it.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SHOTS = new URL('../screenshots/', import.meta.url);
const FEATURES = new URL('../src/features/', import.meta.url);
export const base = process.argv[2] ?? 'http://127.0.0.1:8080';
export const DESKTOP = { viewport: { width: 1360, height: 860 } };
export const PHONE = { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true };

/** The words that come with a screen, by their keys: what a page shows of them where they did not come. */
const KEYS = readdirSync(FEATURES, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('words.ts'))
  .map((path) => {
    const [, name] = /bring\('(\w+)'/.exec(readFileSync(new URL(path, FEATURES), 'utf8'));
    const words = readFileSync(new URL(`../src/app/words/${name}.en.ts`, import.meta.url), 'utf8');
    return `${name}\\.(${[...words.matchAll(/^ {2}(\w+):/gm)].map((match) => match[1]).join('|')})`;
  });

/** What the policy of a page kept out, as an error of its console: the browser's own words may lie in a frame. */
function watchPolicy() {
  globalThis.addEventListener('securitypolicyviolation', (event) =>
    console.error(`policy: ${event.violatedDirective} kept out ${event.blockedURI || event.sample}`),
  );
}

/** A call of the API as the person who is signed in: its body, or an error with what was said instead. */
export async function call(page, method, path, body) {
  const told = await page.evaluate(
    async ([how, where, what]) => {
      const { csrf } = await (await fetch('/v1/session')).json();
      const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf };
      const answer = await fetch(where, {
        method: how,
        headers,
        body: what === undefined ? undefined : JSON.stringify(what),
      });
      return { ok: answer.ok, status: answer.status, body: await answer.json().catch(() => null) };
    },
    [method, path, body],
  );
  if (!told.ok) throw new Error(`${method} ${path}: ${told.status} ${JSON.stringify(told.body)}`);
  return told.body;
}

/** Runs a story: `tell` gets `open(who, options)`, which gives a signed-in page, and `look`, which judges one. */
export async function story(name, tell) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  const wrong = [];
  const open = async (who, options = DESKTOP) => {
    const context = await browser.newContext({
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'Europe/Amsterdam',
      ...options,
    });
    await context.addInitScript(watchPolicy);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => wrong.push(`${who}: ${error}`));
    page.on('console', (message) => {
      // A refusal or a broken connection that the story provokes is no error of the page: the browser logs it all the same.
      if (message.type() === 'error' && !/status of 4\d\d|ERR_INTERNET_DISCONNECTED/.test(message.text()))
        wrong.push(`${who}: ${message.text()}`);
    });
    await page.goto(base);
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    if (who === 'nobody') return page;
    await page.getByRole('button', { name: new RegExp(`^${who}\\b`) }).click();
    // The door has a heading too: what counts is that of the page behind it.
    await page.locator('#content h1').first().waitFor();
    return page;
  };
  const look = async (page, shot) => {
    // A menu that led to a dialog fades away behind it; one that stays there is found here.
    if (await page.getByRole('dialog').count())
      await page.locator('[role="menu"]').first().waitFor({ state: 'hidden' });
    wrong.push(...(await wordless(page)).map((found) => `${shot}: ${found} is shown, and not what it says`));
    mkdirSync(SHOTS, { recursive: true });
    for (const scheme of ['light', 'dark']) {
      // As the device asks for it: whoever has set nothing gets what their device has.
      await page.emulateMedia({ colorScheme: scheme });
      await page.waitForFunction(
        (wanted) => document.documentElement.dataset.mantineColorScheme === wanted,
        scheme,
      );
      wrong.push(...(await accessible(page)).map((found) => `${shot}, ${scheme}: ${found}`));
      await page.screenshot({ path: new URL(`${name}-${shot}-${scheme}.png`, SHOTS).pathname });
    }
    await page.emulateMedia({ colorScheme: 'light' });
  };
  try {
    await tell({ open, look });
  } catch (error) {
    wrong.push(String(error));
    const pages = browser.contexts().flatMap((context) => context.pages());
    for (const [index, page] of pages.entries()) {
      mkdirSync(SHOTS, { recursive: true });
      await page
        .screenshot({ path: new URL(`${name}-failed-${index}.png`, SHOTS).pathname })
        .catch(() => undefined);
    }
  }
  await browser.close();
  for (const each of wrong) console.log(each);
  console.log(
    wrong.length === 0 ? `story ${name}: told` : `story ${name}: ${wrong.length} things went wrong`,
  );
  process.exit(wrong.length === 0 ? 0 : 1);
}

/** The keys that stand on the page, or are read out, instead of words. */
async function wordless(page) {
  const said = await page.evaluate(() => {
    const names = ['aria-label', 'placeholder', 'title'];
    const read = [...document.querySelectorAll(names.map((name) => `[${name}]`).join())];
    return [document.body.innerText, ...read.flatMap((each) => names.map((name) => each.getAttribute(name)))];
  });
  return said.join('\n').match(new RegExp(`(?<![\\w.])(${KEYS.join('|')})\\b`, 'g')) ?? [];
}

/** What axe finds on the page as it stands, one line each. Our policy lets no script in: it comes by the debugger. */
export async function accessible(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ['violations'] }),
  );
  return violations.map((each) => `axe ${each.id}: ${each.help} (${each.nodes[0]?.html.slice(0, 160)})`);
}

/** A step as a definition has it: something that a person does. */
export function task(id, title) {
  return { id, kind: 'task', title };
}

/** A definition drawn and published at once; what the API says of the version. */
export async function publish(page, document) {
  await call(page, 'POST', '/v1/definitions', document);
  return call(page, 'POST', `/v1/definitions/${document.key}/publish`, {});
}

/** A step of a run, or one in the builder's settings, stands open. */
export async function shown(page, title) {
  await page.getByRole('heading', { level: 2, name: title, exact: true }).waitFor();
}

/** Fills in a step and completes it; it has ended when the next one is shown. */
export async function done(page, title, fill = () => undefined) {
  const press = page.getByRole('button', { name: 'Complete', exact: true });
  await shown(page, title);
  await press.waitFor();
  await fill();
  await press.click();
  await page.getByRole('heading', { level: 2, name: title, exact: true }).waitFor({ state: 'detached' });
}

/** A step that is nothing but a press at the right time. */
export async function timed(page, title, button) {
  await done(page, title, () => page.getByRole('button', { name: button, exact: true }).click());
}

/** A step in the list of the builder, by what its row says. */
export function stepRow(page, title) {
  return page.locator('.builder-step').filter({ hasText: title }).first();
}

/** The settings of a step in the builder, opened by its row. */
export async function at(page, title) {
  await stepRow(page, title).click();
  await page.getByRole('heading', { level: 2, name: title }).waitFor();
}

/** What the step that stands open in the builder is called from now on. */
export async function retitle(page, title) {
  await page.getByRole('textbox', { name: 'Title' }).fill(title);
  await page.keyboard.press('Tab');
}

/** The builder keeps what was changed by itself, and says so. */
export async function saved(page) {
  await page
    .getByRole('status')
    .filter({ hasText: /^Saved$/ })
    .waitFor();
}

/** Nothing is on its way to the page any more. */
export async function settled(page) {
  await page.waitForFunction(() => document.querySelector('[role=status][aria-label="Loading"]') === null);
}

/** A page may not be wider than what it is seen through. */
export async function fits(page, name) {
  const [wide, seen] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    globalThis.innerWidth,
  ]);
  if (wide > seen + 1) throw new Error(`${name} is ${wide} px wide and seen through ${seen}`);
}

/** What was found is what was wanted, member by member in the same order. */
export function expect(found, wanted) {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`found ${JSON.stringify(found)} and not ${JSON.stringify(wanted)}`);
}

/** What a question comes to once it is answered; asked again and again, for half a minute. */
export async function until(ask) {
  for (let tries = 0; tries < 150; tries += 1) {
    const found = await ask();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('waited in vain');
}
