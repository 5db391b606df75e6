// Two people's codings of one recording: the list of differences, and playing each one.
import { Coding } from "./coding.js";
import { around, type Compared, type Difference, fillDifferences, next } from "./comparison.js";
import { find } from "./parts.js";
import type { Player } from "./player.js";
import type { Beside, Timeline } from "./timeline.js";

/** The second coding as the timeline draws it. */
export function secondOf(compared: Compared | null): Beside["second"] {
  if (compared === null) return null;
  return { coding: new Coding(compared.events, {}, []), names: compared.names, differences: compared.differences };
}

export class SideBySide {
  constructor(
    private readonly compared: Compared,
    private readonly player: Player,
    private readonly timeline: Timeline,
    private readonly say: (text: string) => void,
  ) {
    const box = find("#differences", HTMLDetailsElement);
    box.hidden = false;
    box.open = true;
    find("#differences-count", HTMLElement).textContent = String(compared.differences.length);
    fillDifferences(find("#differences ol", HTMLElement), compared, (one) => this.play(one));
  }

  play(one: Difference): void {
    const { names } = this.compared;
    this.timeline.follow(one.start);
    this.player.setLoop(around(one, this.player.frames.end));
    this.say(`${one.subject}: ${one.first} (${names[0]}), ${one.second} (${names[1]})`);
  }

  /** Plays the difference before or after the present time. */
  go(by: 1 | -1): void {
    const found = next(this.compared.differences, this.player.time, by);
    if (found === null) this.say("The two codings do not differ.");
    else this.play(found);
  }

  /** Plays the difference that begins at this time; whether there is one. */
  playAt(time: number): boolean {
    const one = this.compared.differences.find((difference) => Math.abs(difference.start - time) < 2000);
    if (one !== undefined) this.play(one);
    return one !== undefined;
  }

  /** What is drawn how. */
  words(): string {
    const { names } = this.compared;
    return `Filled: ${names[0]}. Beneath, hollow or paler: ${names[1]}.`;
  }
}
