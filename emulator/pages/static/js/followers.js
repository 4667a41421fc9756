// Watching and voting: a button each that says how many do.
import {$, h, page} from './dom.js';
import {del, post, q} from './api.js';
import {change, part} from './part.js';

export const followers = view => part($('#followers'), view, s => [s.issue.fields.watches, s.issue.fields.votes, s.issue.fields.reporter], s => {
  const {watches, votes, reporter} = s.issue.fields;
  // Nobody may vote for an issue that they reported.
  const mayVote = votes && reporter?.accountId !== page.user.accountId;
  const path = `/issue/${s.issue.id}`;
  const button = (on, name, count, run) => h('button.btn.sm', {type: 'button', 'aria-pressed': String(Boolean(on)), onclick: () => change(view, run)}, `${name} (${count})`);
  const me = q({accountId: page.user.accountId});
  return [
    watches ? button(watches.isWatching, watches.isWatching ? 'Watching' : 'Watch', watches.watchCount, () => (watches.isWatching ? del(`${path}/watchers?${me}`) : post(`${path}/watchers`, page.user.accountId))) : null,
    mayVote ? button(votes.hasVoted, votes.hasVoted ? 'Voted' : 'Vote', votes.votes, () => (votes.hasVoted ? del(`${path}/votes`) : post(`${path}/votes`))) : null,
  ];
});
