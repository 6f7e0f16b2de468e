/** A conversation on the page, in Chromium: two and three people who talk at the same time. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startBrowser } from '../lib/browser.js';
import { eventually } from '../lib/eventually.js';
import { register, registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { openAs, openTalk } from '../lib/talk.js';

let server;
let browser;
before(async () => {
  server = await startServer({ env: { RATE_LIMIT_SENDS: 'off', RATE_LIMIT_AUTH: 'off' } });
  browser = await startBrowser();
});
after(async () => {
  await browser.close();
  await server.remove();
});

test('two people write at the same time and see when the other writes, has it, and has read it', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  const { talk, page, mistakes } = await openTalk(browser, ann, id);
  await talk.write('are you there?');
  await talk.message('are you there?').getByText('Sent', { exact: true }).waitFor();

  // Ben looks at his list: it has arrived. He opens the conversation: it is read.
  const bens = await openAs(browser, ben);
  await talk.message('are you there?').getByText('Delivered', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'ben online', exact: true }).waitFor();
  await bens.page.getByRole('navigation').getByRole('button', { name: /ann/ }).first().click();
  await bens.talk.log.getByText('New messages', { exact: true }).waitFor();
  await talk.message('are you there?').getByText('Read', { exact: true }).waitFor();

  await bens.talk.field.pressSequentially('yes');
  await page.getByText('ben is typing…').first().waitFor();
  await Promise.all([bens.talk.write('yes, I am'), talk.write('good')]);
  for (const one of [talk, bens.talk]) {
    await one.message('yes, I am').waitFor();
    await one.message('good').waitFor();
  }
  const order = (one) => one.log.locator('[data-bubble]').allTextContents();
  const plain = (texts) => texts.map((text) => /yes, I am|good/.exec(text)?.[0]).filter(Boolean);
  assert.deepEqual(plain(await order(talk)), plain(await order(bens.talk)));
  assert.deepEqual([...mistakes, ...bens.mistakes], []);
});

test('three people talk in a group, and see who has read what, and when', async () => {
  const { ann, ben, cleo } = await registerAll(server, 'ann', 'ben', 'cleo');
  const id = await ann.group('Hike', ben, cleo);
  const talks = {};
  for (const person of [ann, ben]) {
    talks[person.username] = (await openTalk(browser, person, id)).talk;
  }
  const [anns, bens] = Object.values(talks);
  await anns.page.getByText('3 members').first().waitFor();
  await anns.write('who is in?');
  await bens.message('who is in?').waitFor();
  await anns.choose('who is in?', 'Who has read it');
  const dialog = anns.page.getByRole('dialog');
  await dialog.getByRole('region', { name: 'Read by' }).getByText('ben').waitFor();
  await dialog.getByRole('region', { name: 'Not delivered yet' }).getByText('cleo').waitFor();
  assert.equal(await dialog.locator('time').count(), 1);

  // The third one comes, and the dialog follows.
  const cleos = (await openTalk(browser, cleo, id)).talk;
  await dialog.getByRole('region', { name: 'Read by' }).getByText('cleo').waitFor();
  await anns.page.keyboard.press('Escape');
  await anns.message('who is in?').getByText('Read', { exact: true }).waitFor();

  await Promise.all([bens.field.pressSequentially('me'), cleos.field.pressSequentially('me too')]);
  await anns.page
    .getByText(/(ben and cleo|cleo and ben) are typing…/)
    .first()
    .waitFor();
  await bens.page.keyboard.press('Enter');
  await cleos.page.keyboard.press('Enter');
  await anns.message('me too').waitFor();
});

test('an answer quotes what it answers, and a press on the quote goes there', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  await ben.send(id, 'the very first question');
  for (let number = 1; number <= 120; number += 1) await ben.send(id, `message ${number}`);
  const { talk, page } = await openTalk(browser, ann, id);
  await talk.log.focus();
  await page.keyboard.press('End');
  await talk.message('message 120').waitFor();
  const first = (await ann.history(id))[0];
  await ann.send(id, 'an answer', { replyToId: first.id });
  await talk
    .message('an answer')
    .getByRole('button', { name: /Answers ben/ })
    .click();
  const question = talk.message('the very first question').first();
  await question.waitFor();
  await page
    .locator('[data-message].bg-accent-soft')
    .getByText('the very first question')
    .waitFor();
  // From there to the newest.
  await page.getByRole('button', { name: /Go to the newest/ }).click();
  await talk.message('an answer').waitFor();
  await eventually(async () => (await talk.place()).end < 2, 'the end of the list');

  await talk.choose('message 119', 'Reply');
  await page.getByText('Reply to ben').waitFor();
  await talk.write('to one hundred and nineteen');
  await talk
    .message('to one hundred and nineteen')
    .getByRole('button', { name: 'Answers ben message 119' })
    .waitFor();
  assert.equal((await ben.history(id)).at(-1).replyTo.content, 'message 119');
});

test('one changes and deletes what one wrote, and everybody sees it', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  const { talk, page } = await openTalk(browser, ann, id);
  const bens = (await openTalk(browser, ben, id)).talk;
  await talk.write('helo');
  await bens.message('helo').waitFor();
  await talk
    .message('helo')
    .getByText(/Delivered|Read/)
    .waitFor();

  // Up, where nothing is written, changes the last one; Escape leaves it as it was.
  await talk.field.focus();
  await page.keyboard.press('ArrowUp');
  const editor = page.getByRole('textbox', { name: 'Edit message' });
  await editor.fill('something else');
  await page.keyboard.press('Escape');
  await talk.field.waitFor();
  await page.keyboard.press('ArrowUp');
  assert.equal(await editor.inputValue(), 'helo');
  await editor.fill('hello');
  await page.keyboard.press('Enter');
  await bens.message('hello').getByText('edited').waitFor();

  await talk.choose('hello', 'Delete');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
  await talk.message('hello').waitFor();
  await talk.choose('hello', 'Delete');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await bens.message('Message deleted').waitFor();
  await talk.message('Message deleted').waitFor();
  assert.equal(await bens.message('hello').count(), 0);
});

test('reactions are given by a press, found by a search, and taken back', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  await ben.send(id, 'I have a new job');
  const { talk, page } = await openTalk(browser, ann, id);
  const bens = (await openTalk(browser, ben, id)).talk;
  await talk.choose('I have a new job', 'React with 👍');
  const thumb = bens.message('new job').getByRole('button', { name: /^👍 ?1 ?from ann/ });
  await thumb.click();
  await talk
    .message('new job')
    .getByRole('button', { name: /^👍 ?2 ?from/ })
    .waitFor();

  await talk.choose('I have a new job', 'More emoji');
  await page.getByRole('combobox', { name: 'Search emoji' }).fill('party popper');
  await page.getByRole('option', { name: 'party popper' }).waitFor();
  await page.keyboard.press('Enter');
  await bens
    .message('new job')
    .getByRole('button', { name: /^🎉 ?1 ?from ann/ })
    .waitFor();

  await talk
    .message('new job')
    .getByRole('button', { name: /^👍 ?2/ })
    .click();
  await bens
    .message('new job')
    .getByRole('button', { name: /^👍 ?1 ?from You/ })
    .waitFor();
});

test('members are completed while one writes, and highlighted', async () => {
  const { ann, benny: ben } = await registerAll(server, 'ann', 'benny');
  const id = await ann.group('Team', ben);
  const { talk, page } = await openTalk(browser, ann, id);
  const bens = (await openTalk(browser, ben, id)).talk;
  await talk.field.pressSequentially('look @ben');
  await page.getByRole('option', { name: /benny/ }).waitFor();
  await page.keyboard.press('Enter');
  assert.equal(await talk.field.inputValue(), `look @${ben.username} `);
  await talk.field.pressSequentially('here');
  await page.keyboard.press('Enter');
  await bens.message('look').locator('[data-mention="me"]').waitFor();
  await talk.message('look').locator('[data-mention="other"]').waitFor();
});

test('what was typed outlasts a reload and a look elsewhere', async () => {
  const { ann, ben, cleo } = await registerAll(server, 'ann', 'ben', 'cleo');
  const id = await ann.direct(ben);
  await ann.direct(cleo);
  const { talk, page } = await openTalk(browser, ann, id);
  await talk.field.fill('half a sentence');
  await page.reload();
  await talk.log.waitFor();
  assert.equal(await talk.field.inputValue(), 'half a sentence');
  await page.getByRole('navigation').getByRole('button', { name: /cleo/ }).first().click();
  await page.getByRole('heading', { name: 'cleo' }).waitFor();
  assert.equal(await talk.field.inputValue(), '');
  await page.getByRole('navigation').getByRole('button', { name: /ben/ }).first().click();
  await page.getByRole('heading', { name: 'ben' }).waitFor();
  assert.equal(await talk.field.inputValue(), 'half a sentence');
});

test('a server that is killed in the middle of sending loses nothing and doubles nothing', async () => {
  const own = await startServer({ env: { RATE_LIMIT_SENDS: 'off' } });
  try {
    const { ann, ben } = await registerAll(own, 'ann', 'ben');
    const id = await ann.direct(ben);
    const { talk, page } = await openTalk(browser, ann, id);
    const bens = (await openTalk(browser, ben, id)).talk;
    const words = [];
    const say = async (text) => {
      words.push(text);
      await talk.write(text);
    };
    for (let number = 1; number <= 5; number += 1) await say(`message ${number} before`);
    await own.kill();
    for (let number = 6; number <= 10; number += 1) await say(`message ${number} away`);
    await talk.message('message 10 away').getByText('Sending', { exact: true }).waitFor();
    await talk.field.fill('not yet sent');
    // The page itself goes and comes while the server is away, and still holds all of it.
    await own.start();
    await page.reload();
    await talk
      .message('message 10 away')
      .getByText(/Sent|Delivered|Read/)
      .waitFor();
    assert.equal(await talk.field.inputValue(), 'not yet sent');
    await bens.message('message 10 away').waitFor();
    const contents = (await ben.history(id)).map(({ content }) => content);
    assert.deepEqual(contents, words);
    for (const one of [talk, bens]) {
      await eventually(async () => (await one.numbersInView()).at(-1) === 10, 'the last message');
      for (const text of words) assert.ok((await one.message(text).count()) <= 1, text);
    }
  } finally {
    await own.remove();
  }
});

test('what is refused stays, says why, and can be written again or discarded', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  await ann.send(id, 'hello');
  const { talk, page } = await openTalk(browser, ann, id);
  await ben.api('PUT', `/blocks/${ann.id}`);
  await talk.write('can you hear me?');
  const failed = talk.message('can you hear me?');
  await failed.getByText('Not sent').waitFor();
  await failed.getByText('You cannot write here any more.').waitFor();
  await failed.getByRole('button', { name: 'Write again' }).click();
  assert.equal(await talk.field.inputValue(), 'can you hear me?');
  await failed.waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await failed.getByText('Not sent').waitFor();
  await ben.api('DELETE', `/blocks/${ann.id}`);
  await failed.getByRole('button', { name: 'Send again' }).click();
  await failed.getByText(/Sent|Delivered/).waitFor();
  await talk.write('x'.repeat(4_001));
  await page.getByText('It may be too long').waitFor();
  await page.getByRole('button', { name: 'Discard' }).click();
  await talk.message('xxxx').waitFor({ state: 'detached' });
  assert.equal((await ben.history(id)).length, 2);
});

test('whom one has blocked one cannot write to, and is told so in place of the field', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  await ann.api('PUT', `/blocks/${ben.id}`);
  const { talk, page } = await openTalk(browser, ann, id);
  await page.getByText('You have blocked ben').waitFor();
  assert.equal(await talk.field.count(), 0);
  await page.getByRole('button', { name: 'Unblock' }).click();
  await talk.write('hello again');
  await talk
    .message('hello again')
    .getByText(/Sent|Delivered/)
    .waitFor();
});

test('a link to a message opens it where it stands, and one to nothing says so', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  const sent = [];
  for (let number = 1; number <= 200; number += 1)
    sent.push(await ben.send(id, `message ${number}.`));
  await ann.api('POST', `/conversations/${id}/read`, { seq: 200 });
  const { page, talk } = await openTalk(browser, ann, id, {
    messageId: sent[39].id,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await page
    .locator('[data-message].bg-accent-soft')
    .getByText('message 40.', { exact: true })
    .waitFor();
  await eventually(
    async () => (await talk.numbersInView()).includes(40),
    'message 40 in view',
    5_000,
  );
  // The link that is copied is the one that was opened.
  await talk.message('message 40.').locator('[data-bubble]').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Copy link' }).click();
  await page.getByText('Link copied.').waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(link, `${server.url}/?conversation=${id}&message=${sent[39].id}`);

  const eve = await register(server, 'eve');
  const evil = await eve.send(await eve.direct(ben), 'a secret');
  await page.goto(`${server.url}/?conversation=${id}&message=${evil.id}`);
  await page.getByText('This message is not there any more.').waitFor();
  await page.goto(`${server.url}/?conversation=${await eve.direct(ben)}`);
  await page.getByText('You are not in this conversation').waitFor();
});

test('nothing is read while nobody looks', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  await ben.send(id, 'first');
  const { page, talk } = await openTalk(browser, ann, id);
  const unread = async () => (await ann.api('GET', `/conversations/${id}`)).unreadCount;
  await eventually(async () => (await unread()) === 0, 'the first to be read');
  await page.evaluate(() => {
    document.hasFocus = () => false;
    window.dispatchEvent(new Event('blur'));
  });
  await ben.send(id, 'second');
  await talk.message('second').waitFor();
  await talk.log.getByText('New messages', { exact: true }).waitFor();
  assert.equal(await unread(), 1);
  await page.evaluate(() => {
    delete document.hasFocus;
    window.dispatchEvent(new Event('focus'));
  });
  await eventually(async () => (await unread()) === 0, 'the second to be read');
});

test('what people write is never markup', async () => {
  const attempts = [
    '<script>window.hurt = 1</script>',
    '<img src=x onerror="window.hurt = 1">',
    '"><svg onload=window.hurt=1>',
    'javascript:window.hurt=1',
    '[x](javascript:window.hurt=1)',
    'https://example.org/"onmouseover="window.hurt=1',
    '&lt;b&gt;{{constructor.constructor("window.hurt=1")()}}',
    '@<b>ann</b>',
  ];
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  await ben.api('PATCH', '/users/me', { displayName: '<img src=x onerror=window.hurt=1>' });
  const id = await ann.group('<b onmouseover=window.hurt=1>group</b>', ben);
  const sent = [];
  for (const attempt of attempts) sent.push(await ben.send(id, attempt));
  await ben.send(id, 'an answer', { replyToId: sent[1].id });
  const { fileUrl } = await ben.upload(
    '<img src=x onerror=window.hurt=1>.html',
    '<script>window.hurt=1</script>',
  );
  await ben.send(id, null, { fileUrl });
  const { page, talk } = await openTalk(browser, ann, id);
  for (const attempt of attempts) await talk.message(attempt).first().waitFor();
  await page.getByRole('heading', { name: '<b onmouseover=window.hurt=1>group</b>' }).waitFor();
  await talk.message('.html').waitFor();
  const hrefs = await talk.log.locator('a').evaluateAll((links) => links.map(({ href }) => href));
  assert.ok(
    hrefs.every((href) => /^https?:/.test(href)),
    hrefs.join(' '),
  );
  await talk.log.locator('a').first().hover();
  assert.equal(await page.evaluate(() => window.hurt), undefined);
  assert.equal(await page.locator('img[src="x"], [onerror], [onload], [onmouseover]').count(), 0);
});
