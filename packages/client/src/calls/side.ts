/** This side of a call: its tracks, what is shown of them, and what the other side is told. */

import { type CallTools } from './call.js';
import { type Link, type Tracks } from './link.js';
import { MediaError } from './media.js';
import { type CallState, type MediaProblem } from './state.js';

/** What a side sees of its call. */
export type SideHost = {
  get: () => CallState;
  update: (patch: Partial<CallState>) => void;
  link: () => Link | null;
  isOver: () => boolean;
};

export type Side = {
  /** Opens microphone and camera; gives whether one can talk. A camera that fails is a problem, and no reason not to. */
  open: (hasVideo: boolean) => Promise<boolean>;
  tracks: () => Tracks;
  setMuted: (isMuted: boolean) => void;
  setCamera: (isOn: boolean) => Promise<void>;
  setSharing: (isOn: boolean) => Promise<void>;
  changeDevice: (device: 'microphone' | 'camera') => Promise<void>;
  addRemoteTrack: (track: MediaStreamTrack) => void;
  /** Lets go of all devices. */
  close: () => void;
};

type Device = 'microphone' | 'camera' | 'screen';

export function createSide(
  { media, chosen }: Pick<CallTools, 'media' | 'chosen'>,
  host: SideHost,
): Side {
  const held: Partial<Record<Device, MediaStreamTrack | undefined>> = {};
  const remote: MediaStreamTrack[] = [];

  const release = (device: Device): void => {
    const track = held[device];
    if (track !== undefined) {
      track.onended = null;
      track.stop();
    }
    held[device] = undefined;
  };

  const tracks = (): Tracks => ({
    audio: held.microphone ?? null,
    // Of the two pictures there is room for one.
    video: held.screen ?? held.camera ?? null,
  });

  /** Shows what is held, sends it, and tells the other side. */
  const show = async (problem: MediaProblem | null = null): Promise<void> => {
    const { audio, video } = tracks();
    const all = [audio, video].filter((track) => track !== null);
    host.update({
      problem,
      localStream: all.length === 0 ? null : media.makeStream(all),
      isCameraOn: held.camera !== undefined,
      isSharing: held.screen !== undefined,
    });
    const link = host.link();
    if (link !== null) {
      await link.setTrack('audio', audio);
      await link.setTrack('video', video);
      link.tell(host.get());
    }
  };

  const hold = (device: Device, track: MediaStreamTrack): void => {
    release(device);
    held[device] = track;
    if (device === 'microphone') {
      track.enabled = !host.get().isMuted;
    }
    // Ends by itself when it is unplugged, or the browser's own button ends the sharing.
    track.onended = () => {
      if (held[device] === track) {
        release(device);
        void show(device === 'screen' ? null : { device, code: 'no_device' });
      }
    };
  };

  /** Opens one device; what came too late is let go of. */
  const tryOpen = async (device: Device): Promise<MediaProblem | null> => {
    try {
      const track = await openers[device]();
      if (track === null) {
        return null;
      }
      if (host.isOver()) {
        track.stop();
      } else {
        hold(device, track);
      }
      return null;
    } catch (thrown) {
      return problemOf(thrown, device);
    }
  };

  const openers: Record<Device, () => Promise<MediaStreamTrack | null>> = {
    microphone: () => media.openMicrophone(chosen().microphone),
    camera: () => media.openCamera(chosen().camera),
    screen: media.openScreen,
  };

  const openBoth = async (): Promise<boolean> => {
    try {
      const { microphone, camera } = await media.openBoth(chosen().microphone, chosen().camera);
      hold('microphone', microphone);
      hold('camera', camera);
      return true;
    } catch {
      // Which of the two it was is seen by asking for each.
      return false;
    }
  };

  return {
    tracks,
    open: async (hasVideo) => {
      let problem: MediaProblem | null = null;
      if (held.microphone === undefined && !(hasVideo && (await openBoth()))) {
        problem = await tryOpen('microphone');
        if (problem === null && hasVideo) {
          problem = await tryOpen('camera');
        }
      }
      if (host.isOver()) {
        release('microphone');
        release('camera');
        return false;
      }
      await show(problem);
      return held.microphone !== undefined;
    },
    setMuted: (isMuted) => {
      if (held.microphone !== undefined) {
        held.microphone.enabled = !isMuted;
      }
      host.update({ isMuted });
      host.link()?.tell(host.get());
    },
    setCamera: async (isOn) => {
      const problem = isOn ? await tryOpen('camera') : null;
      if (!isOn) {
        // Its light goes out.
        release('camera');
      }
      await show(problem);
    },
    setSharing: async (isOn) => {
      const problem = isOn ? await tryOpen('screen') : null;
      if (!isOn) {
        release('screen');
      }
      await show(problem);
    },
    changeDevice: async (device) => {
      if (held[device] !== undefined) {
        await show(await tryOpen(device));
      }
    },
    addRemoteTrack: (track) => {
      remote.push(track);
      const { remoteStream, isPeerVideoOn } = host.get();
      remoteStream?.addTrack(track);
      host.update({ remoteStream: remoteStream ?? media.makeStream(remote), isPeerVideoOn });
      if (track.kind === 'video') {
        // A client that does not say whether it sends a picture is seen by its picture.
        track.onunmute = () => {
          host.update({ isPeerVideoOn: true });
        };
      }
    },
    close: () => {
      release('microphone');
      release('camera');
      release('screen');
      for (const track of remote) {
        track.onunmute = null;
      }
    },
  };
}

function problemOf(thrown: unknown, device: Device): MediaProblem {
  return thrown instanceof MediaError ? thrown.problem : { device, code: 'unknown' };
}
