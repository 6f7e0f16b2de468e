/** Every shape on the wire, by its name; and the routes as OpenAPI tells them. */
export interface paths {
  '/api/asyncapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The events of the socket, for programs (AsyncAPI 3.0). */
    get: operations['getAsyncapi'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** This API, for programs (OpenAPI 3.1). */
    get: operations['getOpenapi'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/login': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Signs in, with an e-mail address or a user name. */
    post: operations['login'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/logout': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Ends the session. */
    post: operations['logout'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The user who asks. */
    get: operations['getMe'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/password': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Changes the password and ends the other sessions. */
    post: operations['changePassword'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/refresh': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Gives new tokens for a refresh token, in the body or the cookie. Each works once: a second use ends its session. */
    post: operations['refresh'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/register': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Makes an account and signs in. */
    post: operations['register'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/sessions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The user's sessions. */
    get: operations['listSessions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/sessions/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Ends one of the user's sessions. */
    delete: operations['revokeSession'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/blocks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whom the user has blocked. */
    get: operations['listBlocks'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/blocks/{userId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Blocks somebody; a repeat changes nothing. */
    put: operations['block'];
    post?: never;
    /** Ends a block; without one nothing changes. */
    delete: operations['unblock'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/calls': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The user's calls, newest first. */
    get: operations['listCalls'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/calls/ice-servers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What helps two browsers to find each other. */
    get: operations['getIceServers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/conversations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The user's conversations, newest activity first. */
    get: operations['listConversations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/conversations/direct': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The conversation with somebody, made if there is none. */
    post: operations['openDirect'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/conversations/groups': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Makes a group. */
    post: operations['createGroup'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/conversations/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One conversation. */
    get: operations['getConversation'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Changes the group, for all, or what is the member's own. */
    patch: operations['updateConversation'];
    trace?: never;
  };
  '/api/v1/conversations/{id}/media': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Messages with files, newest first. */
    get: operations['listMedia'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/conversations/{id}/messages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A page of history, newest first. `before`, `after` and `around` are places in the conversation (`seq`), of which one may be given. */
    get: operations['listMessages'];
    put?: never;
    /** Sends a message; a repeat with the same `clientMessageId` is answered with the first. */
    post: operations['sendMessage'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/conversations/{id}/participants': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Brings people into a group. */
    post: operations['addParticipants'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/conversations/{id}/participants/{userId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Puts somebody out of a group; oneself may always leave, and an owner who leaves hands over. */
    delete: operations['removeParticipant'];
    options?: never;
    head?: never;
    /** Gives a role, by the owner. */
    patch: operations['setRole'];
    trace?: never;
  };
  '/api/v1/conversations/{id}/read': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Marks everything up to a place as read. */
    post: operations['readTo'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/devices': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Lets a device be pushed to, until its session ends. One that is there keeps its id; one of somebody else moves. */
    post: operations['registerDevice'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/devices/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Lets a device be pushed to no more. */
    delete: operations['removeDevice'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/export/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Everything that is held about the user, as one document. */
    get: operations['exportMe'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/friend-requests': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The requests that the user received and that wait. */
    get: operations['listFriendRequests'];
    put?: never;
    /** Asks somebody to be friends; refused while a request waits in either direction, and between friends. */
    post: operations['createFriendRequest'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/friend-requests/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Takes a request back, by its sender. */
    delete: operations['cancelFriendRequest'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/friend-requests/{id}/accept': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Makes friends of the two, and gives their conversation. */
    post: operations['acceptFriendRequest'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/friend-requests/{id}/reject': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Says no to a request. */
    post: operations['rejectFriendRequest'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/friends': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The user's friends. */
    get: operations['listFriends'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/friends/{userId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Ends a friendship. */
    delete: operations['removeFriend'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/messages/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One message. */
    get: operations['getMessage'];
    put?: never;
    post?: never;
    /** Empties a message, by its author or an admin of the group. */
    delete: operations['deleteMessage'];
    options?: never;
    head?: never;
    /** Changes a message's text, by its author. */
    patch: operations['editMessage'];
    trace?: never;
  };
  '/api/v1/messages/{id}/reactions/{emoji}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Reacts with an emoji; a repeat changes nothing. */
    put: operations['addReaction'];
    post?: never;
    /** Takes a reaction back. */
    delete: operations['removeReaction'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/push/log': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What became of pushes to the user, and why, newest first: of the last seven days. */
    get: operations['listPushes'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/push/vapid-key': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The key that browsers subscribe with. */
    get: operations['getVapidKey'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/search/messages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Finds messages by their words, newest first, in what the user may see. */
    get: operations['searchMessages'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/uploads': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes a file, to be sent as a message's `fileUrl` within a day. What it is follows from its bytes; pictures are made anew, without where and by what they were taken. */
    post: operations['upload'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/uploads/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A file, for its user and whoever sees a message with it, or by a URL that opens it for a while, as every `fileUrl` of this server does. */
    get: operations['getFile'];
    put?: never;
    post?: never;
    /** Takes back a file that was not sent. */
    delete: operations['discardUpload'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/uploads/{id}/link': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A new URL that opens a file for a while. */
    get: operations['getFileLink'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/uploads/{id}/thumbnail': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The smaller picture of a file. */
    get: operations['getThumbnail'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/users/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Erases the account and all that its user wrote; there is no way back. */
    delete: operations['eraseMe'];
    options?: never;
    head?: never;
    /** Changes what is shown of the user; `null` unsets. */
    patch: operations['updateMe'];
    trace?: never;
  };
  '/api/v1/users/me/settings': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the user has set. */
    get: operations['getSettings'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Changes that; `null` unsets. */
    patch: operations['updateSettings'];
    trace?: never;
  };
  '/api/v1/users/search': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Finds people. */
    get: operations['searchUsers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/users/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One user. */
    get: operations['getUser'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/healthz': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The process lives. */
    get: operations['getHealth'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/metrics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Measures in the text form of Prometheus, for users and for whoever has `METRICS_TOKEN`. */
    get: operations['getMetrics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/readyz': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Clients may come; refused while storage is away or the server stops. */
    get: operations['getReadiness'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @description Body of `POST /conversations/{id}/participants`. */
    AddParticipants: {
      /** @description Who; those who are in it already are passed over. */
      userIds: string[];
    };
    /** @description A call in its party's history. */
    Call: {
      /**
       * Format: date-time
       * @description When it was answered.
       */
      answeredAt: string | null;
      /** @description Who was called. */
      calleeId: string;
      /** @description Who called. */
      callerId: string;
      /** @description In which conversation. */
      conversationId: string;
      /**
       * Format: date-time
       * @description When it was begun.
       */
      createdAt: string;
      /**
       * @description Who called whom.
       * @enum {string}
       */
      direction: 'outgoing' | 'incoming';
      /**
       * Format: uint64
       * @description From the answer to the end, in milliseconds; `null` before.
       */
      durationMs: number | null;
      /**
       * Format: date-time
       * @description When it was over.
       */
      endedAt: string | null;
      /** @description With a picture. */
      hasVideo: boolean;
      /** @description Which. */
      id: string;
      /** @description It rang for this user, who neither answered nor rejected it. */
      missed: boolean;
      /** @description The other party. */
      peer: components['schemas']['UserSummary'];
      /**
       * @description Why it was over; `null` while it is not.
       * @enum {string|null}
       */
      reason: 'rejected' | 'cancelled' | 'missed' | 'connection_lost' | 'ended' | null;
      /**
       * @description Where it stands.
       * @enum {string}
       */
      state: 'ringing' | 'accepted' | 'rejected' | 'cancelled' | 'missed' | 'failed' | 'ended';
    };
    /** @description Body of `POST /auth/password`. */
    ChangePassword: {
      /** @description To show that it is the user. */
      currentPassword: string;
      /** @description The one to come. */
      newPassword: string;
    };
    /** @description A conversation with what is its reader's own. */
    Conversation: {
      /**
       * Format: date-time
       * @description When the reader put it away.
       */
      archivedAt: string | null;
      /** @description URL of a picture. */
      avatar: string | null;
      /**
       * Format: date-time
       * @description When it was made.
       */
      createdAt: string;
      /** @description Which. */
      id: string;
      /** @description More than two may be in it, and it has roles. */
      isGroup: boolean;
      /** @description The same, whole. */
      lastMessage: components['schemas']['Message'] | null;
      /** @description The newest message. */
      lastMessageId: string | null;
      /**
       * Format: uint64
       * @description The highest `seq` that the reader read; never falls.
       */
      lastReadSeq: number;
      /**
       * Format: uint64
       * @description The newest message's `seq`, 0 without one.
       */
      lastSeq: number;
      /** @description The reader wants it shown as unread. */
      markedUnread: boolean;
      /**
       * Format: date-time
       * @description No push before this moment.
       */
      mutedUntil: string | null;
      /** @description A group's name; `null` in a conversation of two. */
      name: string | null;
      /** @description The present members. */
      participantIds: string[];
      /** @description The same, with what is shown. */
      participants: components['schemas']['Participant'][];
      /**
       * Format: date-time
       * @description When the reader pinned it.
       */
      pinnedAt: string | null;
      /** @description `owner`, `admin` or `member`. */
      role: components['schemas']['Role'];
      /**
       * Format: uint64
       * @description Others' undeleted messages after `lastReadSeq`.
       */
      unreadCount: number;
      /**
       * Format: date-time
       * @description When it last changed or was written to.
       */
      updatedAt: string;
    };
    /** @description Body of `POST /friend-requests`. */
    CreateFriendRequest: {
      /** @description Who is asked. */
      receiverId: string;
    };
    /** @description Body of `POST /conversations/groups`. */
    CreateGroup: {
      /**
       * @description Not blank.
       * @example Hello
       */
      name: string;
      /** @description The others; the maker is in it anyway. */
      participantIds: string[];
    };
    /** @description A device that is pushed to; its token is never given. */
    Device: {
      /** @description Which. */
      id: string;
      /**
       * @description Through whom it is reached.
       * @enum {string}
       */
      kind: 'fcm' | 'webpush';
    };
    /** @description Body of `PATCH /messages/{id}`. */
    EditMessage: {
      /**
       * @description The new text, not blank.
       * @example Hello
       */
      content: string;
    };
    /**
     * @description Why a request was refused. Codes are stable; sentences are not.
     * @enum {string}
     */
    ErrorCode:
      | 'invalid_payload'
      | 'unauthorized'
      | 'forbidden'
      | 'not_found'
      | 'conflict'
      | 'rate_limited'
      | 'too_large'
      | 'unsupported_media_type'
      | 'busy'
      | 'unavailable'
      | 'internal';
    /** @description Everything that is held about a user but the password and tokens. It is written part by part, each list in the order of these fields. */
    Export: {
      /** @description Whom the user has blocked. */
      blocks: components['schemas']['ExportedBlock'][];
      /** @description Calls that the user made or was called by, newest first, as in `GET /calls`. */
      calls: components['schemas']['Call'][];
      /** @description Where the user is a member. */
      conversations: components['schemas']['ExportedConversation'][];
      /** @description Devices that are pushed to. */
      devices: components['schemas']['Device'][];
      /**
       * Format: date-time
       * @description When it was asked for.
       */
      exportedAt: string;
      /** @description Files that the user uploaded and that are there; each can be fetched at its URL for a while. */
      files: components['schemas']['ExportedFile'][];
      /** @description Friends. */
      friends: components['schemas']['Sender'][];
      /** @description All that the user wrote. */
      messages: components['schemas']['ExportedMessage'][];
      /** @description Memberships that ended. */
      pastMemberships: components['schemas']['ExportedMembership'][];
      /** @description The account. */
      profile: components['schemas']['Me'];
      /** @description All that the user reacted with. */
      reactions: components['schemas']['Reaction'][];
      /** @description What the user has read. */
      reads: components['schemas']['ExportedRead'][];
      /** @description Requests that the user was sent. */
      receivedFriendRequests: components['schemas']['FriendRequest'][];
      /** @description Requests that the user sent. */
      sentFriendRequests: components['schemas']['FriendRequest'][];
      /** @description Where the user is signed in. */
      sessions: components['schemas']['Session'][];
      /** @description What the user has set. */
      settings: components['schemas']['Settings'];
    };
    /** @description A block that the user made. */
    ExportedBlock: {
      /** @description URL of a picture. */
      avatar: string | null;
      /**
       * Format: date-time
       * @description When.
       */
      createdAt: string;
      /** @description The name to show instead. */
      displayName: string | null;
      /** @description Who. */
      id: string;
      /** @description The unique name. */
      username: string;
    };
    /** @description A conversation with what is the user's own in it. */
    ExportedConversation: {
      /**
       * Format: date-time
       * @description When the user put it away.
       */
      archivedAt: string | null;
      /** @description Which. */
      id: string;
      /** @description More than two may be in it. */
      isGroup: boolean;
      /**
       * Format: uint64
       * @description The newest `seq` when the user joined: what came before was not theirs to see.
       */
      joinedSeq: number;
      /**
       * Format: uint64
       * @description The highest `seq` read.
       */
      lastReadSeq: number;
      /** @description The user wants it shown as unread. */
      markedUnread: boolean;
      /**
       * Format: date-time
       * @description No push before this moment.
       */
      mutedUntil: string | null;
      /** @description A group's name; `null` in a conversation of two. */
      name: string | null;
      /** @description The other one of two; `null` in a group. */
      other: components['schemas']['Sender'] | null;
      /**
       * Format: date-time
       * @description When the user pinned it.
       */
      pinnedAt: string | null;
      /** @description What the user may do. */
      role: components['schemas']['Role'];
    };
    /** @description A file that the user uploaded. */
    ExportedFile: {
      /**
       * Format: date-time
       * @description When it was uploaded.
       */
      createdAt: string;
      /** @description What is known of it. */
      file: components['schemas']['File'];
      /** @description Where it can be fetched for a while; with a sign-in at any time. */
      fileUrl: string;
      /** @description Which. */
      id: string;
    };
    /** @description A membership that ended. */
    ExportedMembership: {
      /** @description Of which conversation. */
      conversationId: string;
      /**
       * Format: uint64
       * @description The newest `seq` when the user joined.
       */
      joinedSeq: number;
      /**
       * Format: uint64
       * @description The newest `seq` when the user left.
       */
      leftSeq: number;
    };
    /** @description A message of the user, without what others added to it and without the text that it answers. */
    ExportedMessage: {
      /** @description The user's own id for it. */
      clientMessageId: string | null;
      /** @description The text. */
      content: string | null;
      /** @description Where. */
      conversationId: string;
      /**
       * Format: date-time
       * @description When the server took it.
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description When it was emptied.
       */
      deletedAt: string | null;
      /**
       * Format: date-time
       * @description When the text was last changed.
       */
      editedAt: string | null;
      /** @description A file. */
      fileUrl: string | null;
      /** @description Which. */
      id: string;
      /** @description Members named in the text. */
      mentions: string[];
      /** @description The message that it answers. */
      replyToId: string | null;
      /**
       * Format: uint64
       * @description Place in the conversation.
       */
      seq: number;
    };
    /** @description Messages that were marked as read at once. */
    ExportedRead: {
      /** @description Where. */
      conversationId: string;
      /**
       * Format: uint64
       * @description The first one's `seq`.
       */
      firstSeq: number;
      /**
       * Format: uint64
       * @description The last one's `seq`.
       */
      lastSeq: number;
      /**
       * Format: date-time
       * @description When.
       */
      readAt: string;
    };
    /** @description One mistake in a request: where, and what is wrong there. */
    FieldError: {
      /** @description What is wrong, in words. */
      message: string;
      /** @description Name of the field, `messageIds[3]` for an element; empty for the payload as a whole. */
      path: string;
    };
    /** @description What is known of an uploaded file. What does not apply to its kind is left out. */
    File: {
      /** @description Colours to show until the picture is there (<https://blurha.sh>). */
      blurhash?: string;
      /**
       * Format: uint64
       * @description Milliseconds, of a sound or video.
       */
      durationMs?: number;
      /**
       * Format: uint32
       * @description Pixels.
       */
      height?: number;
      /** @description What its bytes are, whatever its name says. */
      mimeType: string;
      /** @description As its user called it, without a path. */
      name: string;
      /** @description How loud a recording is from its beginning to its end, each from 0 to 1 in hundredths. */
      peaks?: number[];
      /**
       * Format: uint64
       * @description Bytes.
       */
      size: number;
      /** @description A smaller picture, to be fetched as `fileUrl` is. */
      thumbnailUrl?: string;
      /**
       * Format: uint32
       * @description Pixels, of a picture or video as it is to be shown.
       */
      width?: number;
    };
    /** @description One user's wish to be another's friend. */
    FriendRequest: {
      /**
       * Format: date-time
       * @description When it was asked.
       */
      createdAt: string;
      /** @description Which. */
      id: string;
      /** @description Who is asked. */
      receiverId: string;
      /** @description Who asks. */
      senderId: string;
      /** @description How far it is. */
      status: components['schemas']['FriendRequestStatus'];
    };
    /** @description How far a friend request is. */
    FriendRequestStatus: 'PENDING' | 'ACCEPTED' | 'REJECTED' | 'CANCELLED';
    /** @description A friend request with who asks; the payload of `newFriendRequest`. */
    FriendRequestWithSender: {
      /**
       * Format: date-time
       * @description When it was asked.
       */
      createdAt: string;
      /** @description Which. */
      id: string;
      /** @description Who is asked. */
      receiverId: string;
      /** @description Who asks, with what is shown. */
      sender: components['schemas']['UserSummary'];
      /** @description Who asks. */
      senderId: string;
      /** @description How far it is. */
      status: components['schemas']['FriendRequestStatus'];
    };
    /** @description What an operator's machine is told. */
    Health: {
      /** @description `ok` or `ready`. */
      status: string;
    };
    /** @description A page that can be left on both sides. */
    HistoryPage: {
      /** @description Newest first. */
      data: components['schemas']['Message'][];
      /** @description To older ones; `null` at the beginning. */
      nextCursor: string | null;
      /** @description To newer ones; `null` at the newest. */
      prevCursor: string | null;
    };
    /** @description A server that helps two browsers to find each other, as `RTCPeerConnection` takes it. */
    IceServer: {
      /** @description Of a relay: the password to give it. */
      credential?: string;
      /** @description Where it is reached. */
      urls: string[];
      /** @description Of a relay: the name to give it. */
      username?: string;
    };
    /** @description The answer to `GET /calls/ice-servers`. */
    IceServers: {
      /** @description The servers. */
      iceServers: components['schemas']['IceServer'][];
      /**
       * Format: uint64
       * @description For how many seconds their credentials are good.
       */
      ttl: number;
    };
    /** @description A list without pages. */
    ListOfFriendRequestWithSender: {
      /** @description The rows. */
      data: components['schemas']['FriendRequestWithSender'][];
    };
    /** @description A list without pages. */
    ListOfSession: {
      /** @description The rows. */
      data: components['schemas']['Session'][];
    };
    /** @description A list without pages. */
    ListOfUserSummary: {
      /** @description The rows. */
      data: components['schemas']['UserSummary'][];
    };
    /** @description Body of `POST /auth/login`. */
    Login: {
      /** @description An e-mail address or a user name. */
      email: string;
      /** @description The password. */
      password: string;
    };
    /** @description What a user is shown of themselves. */
    Me: {
      /** @description URL of a picture. */
      avatar: string | null;
      /** @description A text about themselves. */
      bio: string | null;
      /**
       * Format: date-time
       * @description When the account was made.
       */
      createdAt: string;
      /** @description `YYYY-MM-DD`; never given to others. */
      dateOfBirth: string | null;
      /** @description The name to show instead. */
      displayName: string | null;
      /** @description Never given to others. */
      email: string;
      /** @description Who. */
      id: string;
      /**
       * Format: date-time
       * @description When the last device was gone.
       */
      lastSeenAt: string | null;
      /** @description Never given to others. */
      phoneNumber: string | null;
      /** @description Connected or not. */
      status: components['schemas']['Status'];
      /** @description The unique name. */
      username: string;
    };
    /** @description A message. */
    Message: {
      /** @description The sender's own id for it. */
      clientMessageId: string | null;
      /** @description `null` for a file alone and once deleted. */
      content: string | null;
      /** @description Where. */
      conversationId: string;
      /**
       * Format: date-time
       * @description When the server took it.
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description When it was emptied.
       */
      deletedAt: string | null;
      /**
       * Format: date-time
       * @description When the text was last changed.
       */
      editedAt: string | null;
      /** @description What is known of the file at `fileUrl`; `null` for a URL of somewhere else. */
      file: components['schemas']['File'] | null;
      /** @description `null` without a file and once deleted. */
      fileUrl: string | null;
      /** @description Which. */
      id: string;
      /** @description Members named as `@username` in the text. */
      mentions: string[];
      /** @description In the order in which they were given. */
      reactions: components['schemas']['Reaction'][];
      /** @description Who marked it as read; in history only. */
      reads?: components['schemas']['MessageRead'][];
      /** @description The same, with what is shown. */
      replyTo: components['schemas']['ReplyTo'] | null;
      /** @description The message that this one answers. */
      replyToId: string | null;
      /** @description The same, with what is shown. */
      sender: components['schemas']['Sender'];
      /** @description Who wrote it. */
      senderId: string;
      /**
       * Format: uint64
       * @description Place in the conversation, from 1, without holes.
       */
      seq: number;
    };
    /** @description A message: text or file, or both. */
    MessageDraft:
      | {
          /** @description The sender's own id for the message, which makes a send safe to repeat. */
          clientMessageId?: string | null;
          /** @description The text. How long it may be is for the operator to say (`CONTENT_MAX_CHARS`). */
          content?: string | null;
          /**
           * @description What an upload answered as its `fileUrl`, or another http(s) URL.
           * @example https://example.org/picture.png
           */
          fileUrl?: string | null;
          /** @description A message of the same conversation. */
          replyToId?: string | null;
        }
      | {
          content: string;
        }
      | {
          fileUrl: string;
        };
    /** @description A message that was found. */
    MessageHit: {
      /** @description The sender's own id for it. */
      clientMessageId: string | null;
      /** @description `null` for a file alone and once deleted. */
      content: string | null;
      /** @description Where. */
      conversationId: string;
      /**
       * Format: date-time
       * @description When the server took it.
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description When it was emptied.
       */
      deletedAt: string | null;
      /**
       * Format: date-time
       * @description When the text was last changed.
       */
      editedAt: string | null;
      /** @description What is known of the file at `fileUrl`; `null` for a URL of somewhere else. */
      file: components['schemas']['File'] | null;
      /** @description `null` without a file and once deleted. */
      fileUrl: string | null;
      /** @description Where the words found stand in the snippet: `[from, to)` in UTF-16 code units, as JavaScript counts. */
      highlights: [number, number][];
      /** @description Which. */
      id: string;
      /** @description Members named as `@username` in the text. */
      mentions: string[];
      /** @description In the order in which they were given. */
      reactions: components['schemas']['Reaction'][];
      /** @description Who marked it as read; in history only. */
      reads?: components['schemas']['MessageRead'][];
      /** @description The same, with what is shown. */
      replyTo: components['schemas']['ReplyTo'] | null;
      /** @description The message that this one answers. */
      replyToId: string | null;
      /** @description The same, with what is shown. */
      sender: components['schemas']['Sender'];
      /** @description Who wrote it. */
      senderId: string;
      /**
       * Format: uint64
       * @description Place in the conversation, from 1, without holes.
       */
      seq: number;
      /** @description The part of its text around the first word found, at most 160 characters; plain text. */
      snippet: string;
    };
    /** @description One user's mark that a message was read. */
    MessageRead: {
      /**
       * Format: date-time
       * @description When it was first marked.
       */
      readAt: string;
      /** @description Who read. */
      userId: string;
    };
    /** @description Body of `POST /conversations/direct`. */
    OpenDirect: {
      /** @description With whom. */
      userId: string;
    };
    /** @description A page of a list. */
    PageOfCall: {
      /** @description The rows. */
      data: components['schemas']['Call'][];
      /** @description For the parameter `cursor`, to go on; `null` at the end. */
      nextCursor: string | null;
    };
    /** @description A page of a list. */
    PageOfConversation: {
      /** @description The rows. */
      data: components['schemas']['Conversation'][];
      /** @description For the parameter `cursor`, to go on; `null` at the end. */
      nextCursor: string | null;
    };
    /** @description A page of a list. */
    PageOfMessage: {
      /** @description The rows. */
      data: components['schemas']['Message'][];
      /** @description For the parameter `cursor`, to go on; `null` at the end. */
      nextCursor: string | null;
    };
    /** @description A page of a list. */
    PageOfMessageHit: {
      /** @description The rows. */
      data: components['schemas']['MessageHit'][];
      /** @description For the parameter `cursor`, to go on; `null` at the end. */
      nextCursor: string | null;
    };
    /** @description A page of a list. */
    PageOfPushLogEntry: {
      /** @description The rows. */
      data: components['schemas']['PushLogEntry'][];
      /** @description For the parameter `cursor`, to go on; `null` at the end. */
      nextCursor: string | null;
    };
    /** @description A member of a conversation. */
    Participant: {
      /** @description URL of a picture. */
      avatar: string | null;
      /** @description The name to show instead. */
      displayName: string | null;
      /** @description Who. */
      id: string;
      /**
       * Format: date-time
       * @description When the last device was gone.
       */
      lastSeenAt: string | null;
      /** @description `owner`, `admin` or `member`. */
      role: components['schemas']['Role'];
      /** @description Connected or not. */
      status: components['schemas']['Status'];
      /** @description The unique name. */
      username: string;
    };
    /** @description Why a request was refused (RFC 9457). */
    Problem: {
      /** @description Why. */
      code: components['schemas']['ErrorCode'];
      /** @description One sentence for people. */
      detail: string;
      /** @description With `invalid_payload`: each mistake. */
      errors?: components['schemas']['FieldError'][];
      /**
       * Format: uint64
       * @description With `rate_limited`: when it may be tried again, in milliseconds.
       */
      retryAfterMs?: number;
      /**
       * Format: uint16
       * @description The status.
       */
      status: number;
      /** @description The status in words. */
      title: string;
      /** @description Always `about:blank`: `code` says more. */
      type: string;
    };
    /** @description What became of one push to one device. */
    PushLogEntry: {
      /**
       * Format: uint64
       * @description How often it was tried.
       */
      attempts: number;
      /** @description The call. */
      callId: string | null;
      /** @description In which conversation; `null` of a test. */
      conversationId: string | null;
      /**
       * Format: uint64
       * @description Messages that it stands for; 0 if it is about none.
       */
      count: number;
      /**
       * Format: date-time
       * @description When what it is about happened.
       */
      createdAt: string;
      /** @description The same in the provider's words. */
      detail: string | null;
      /** @description To which device, which may be gone. */
      deviceId: string;
      /**
       * @description Through whom.
       * @enum {string}
       */
      deviceKind: 'fcm' | 'webpush';
      /** @description The same in a sentence. */
      explanation: string;
      /** @description Which. */
      id: string;
      /**
       * @description What it is for.
       * @enum {string}
       */
      kind: 'message' | 'clear' | 'ring' | 'ring_end' | 'missed_call' | 'test';
      /** @description The message, the last of those that it stands for. */
      messageId: string | null;
      /**
       * @description Why it was not sent, or not yet.
       * @enum {string|null}
       */
      reason:
        | 'read'
        | 'viewing'
        | 'maybe_viewing'
        | 'muted'
        | 'quiet_hours'
        | 'collapsed'
        | 'deleted'
        | 'left'
        | 'signed_out'
        | 'removed'
        | 'unregistered'
        | 'over'
        | 'same_device'
        | 'too_late'
        | 'not_configured'
        | 'provider_busy'
        | 'refused'
        | 'gave_up'
        | null;
      /**
       * Format: date-time
       * @description When that was decided.
       */
      settledAt: string | null;
      /**
       * @description Where it stands.
       * @enum {string}
       */
      state: 'waiting' | 'sent' | 'dropped' | 'failed';
    };
    /** @description One emoji of one user on one message; the payload of `message:reaction:add`. */
    Reaction: {
      /** @description Where. */
      conversationId: string;
      /**
       * Format: date-time
       * @description When given.
       */
      createdAt: string;
      /** @description The emoji itself. */
      emoji: string;
      /** @description Which. */
      id: string;
      /** @description On what. */
      messageId: string;
      /** @description Whose. */
      userId: string;
    };
    /** @description The answer to `POST /conversations/{id}/read`. */
    ReadPosition: {
      /**
       * Format: uint64
       * @description The highest `seq` that the user read.
       */
      lastReadSeq: number;
      /**
       * Format: uint64
       * @description Others' undeleted messages after it.
       */
      unreadCount: number;
    };
    /** @description Body of `POST /conversations/{id}/read`. */
    ReadTo: {
      /**
       * Format: uint64
       * @description Up to here, itself included.
       */
      seq: number;
    };
    /** @description Body of `POST /auth/refresh`; empty where the cookie is used. */
    Refresh: {
      /** @description The token, if it is not in the cookie. */
      refreshToken?: string | null;
    };
    /** @description Body of `POST /auth/register`. */
    Register: {
      /** @description The name to show. */
      displayName?: string | null;
      /**
       * Format: email
       * @description The e-mail address, which nobody else is given.
       * @example ann@example.org
       */
      email: string;
      /** @description The password. */
      password: string;
      /**
       * @description The unique name, by which others find the user.
       * @example ann
       */
      username: string;
    };
    /** @description Body of `POST /devices`. */
    RegisterDevice: {
      /**
       * @description Through whom the device is reached.
       * @enum {string}
       */
      kind: 'fcm' | 'webpush';
      /**
       * @description Of `webpush`: what the browser gave, as `PushSubscription.toJSON()` tells it.
       * @example {
       *       "endpoint": "https://example.org/picture.png",
       *       "keys": {
       *         "auth": "x",
       *         "p256dh": "x"
       *       }
       *     }
       */
      subscription?: {
        /** @example https://example.org/picture.png */
        endpoint: string;
        /**
         * @example {
         *       "auth": "x",
         *       "p256dh": "x"
         *     }
         */
        keys: {
          auth: string;
          p256dh: string;
        };
      } | null;
      /** @description Of `fcm`: the registration token. */
      token?: string | null;
    };
    /** @description The message that another one answers. */
    ReplyTo: {
      /** @description `null` once deleted. */
      content: string | null;
      /** @description `null` once deleted. */
      fileUrl: string | null;
      /** @description Which. */
      id: string;
      /** @description Who wrote it. */
      sender: components['schemas']['ReplyToSender'];
      /** @description Who wrote it. */
      senderId: string;
    };
    /** @description Who wrote the message that another one answers. */
    ReplyToSender: {
      /** @description The unique name. */
      username: string;
    };
    /** @description What a member is in a group. In a conversation of two both are `member`. */
    Role: 'owner' | 'admin' | 'member';
    /** @description Who wrote a message. */
    Sender: {
      /** @description URL of a picture. */
      avatar: string | null;
      /** @description The name to show instead. */
      displayName: string | null;
      /** @description Who. */
      id: string;
      /** @description The unique name. */
      username: string;
    };
    /** @description One sign-in of the user who asks. */
    Session: {
      /**
       * Format: date-time
       * @description When signed in.
       */
      createdAt: string;
      /** @description Is it the one that asks? */
      current: boolean;
      /**
       * Format: date-time
       * @description When its refresh token runs out.
       */
      expiresAt: string;
      /** @description Which. */
      id: string;
      /** @description Network address at the last sign-in or refresh. */
      ip: string | null;
      /**
       * Format: date-time
       * @description When last signed in or refreshed.
       */
      lastUsedAt: string;
      /** @description The browser's or program's own name. */
      userAgent: string | null;
    };
    /** @description From one time of day to another, over midnight if it ends before it begins. */
    SetQuietHours: {
      /** @description `HH:MM`. */
      from: string;
      /** @description By whose clock: an IANA name such as `Europe/Berlin`. */
      timeZone: string;
      /** @description `HH:MM`. */
      to: string;
    };
    /** @description Body of `PATCH /conversations/{id}/participants/{userId}`. */
    SetRole: {
      /**
       * @description Who gets `owner` is handed the group.
       * @enum {string}
       */
      role: 'owner' | 'admin' | 'member';
    };
    /** @description What a user has set. */
    Settings: {
      /** @description The language, as a BCP 47 tag. */
      locale: string | null;
      /** @description When nothing is pushed. */
      quietHours: components['schemas']['SetQuietHours'] | null;
    };
    /** @description The answer to a sign-in. */
    SignedIn: {
      /** @description For `Authorization: Bearer` and the socket's `auth.token`. */
      accessToken: string;
      /**
       * Format: uint64
       * @description Seconds until the access token runs out.
       */
      expiresIn: number;
      /** @description For `POST /auth/refresh`, once. */
      refreshToken: string;
      /** @description Who signed in. */
      user: components['schemas']['Me'];
    };
    /** @description Is a user connected? */
    Status: 'online' | 'offline';
    /** @description Body of `PATCH /conversations/{id}`: `name` and `avatar` are the group's, the rest the member's own. */
    UpdateConversation: {
      /**
       * Format: date-time
       * @description When put away.
       * @example 2026-11-22T19:43:54.491Z
       */
      archivedAt?: string | null;
      /**
       * @description A group's new picture.
       * @example https://example.org/picture.png
       */
      avatar?: string | null;
      /** @description To be shown as unread. */
      markedUnread?: boolean | null;
      /**
       * Format: date-time
       * @description No push before this moment.
       * @example 2026-11-22T19:43:54.491Z
       */
      mutedUntil?: string | null;
      /**
       * @description A group's new name.
       * @example Hello
       */
      name?: string;
      /**
       * Format: date-time
       * @description When pinned.
       * @example 2026-11-22T19:43:54.491Z
       */
      pinnedAt?: string | null;
    };
    /** @description Body of `PATCH /users/me`. */
    UpdateMe: {
      /**
       * @description URL of a picture.
       * @example https://example.org/picture.png
       */
      avatar?: string | null;
      /** @description A text about themselves. */
      bio?: string | null;
      /**
       * Format: date
       * @description `YYYY-MM-DD`.
       * @example 1990-12-31
       */
      dateOfBirth?: string | null;
      /** @description The name to show. */
      displayName?: string | null;
      /** @description Free form. */
      phoneNumber?: string | null;
    };
    /** @description Body of `PATCH /users/me/settings`. */
    UpdateSettings: {
      /**
       * @description The language, as a BCP 47 tag.
       * @example en
       */
      locale?: string | null;
      /**
       * @description When nothing is pushed.
       * @example {
       *       "from": "22:00",
       *       "timeZone": "Europe/Berlin",
       *       "to": "22:00"
       *     }
       */
      quietHours?: {
        /** @example 22:00 */
        from: string;
        /** @example Europe/Berlin */
        timeZone: string;
        /** @example 22:00 */
        to: string;
      } | null;
    };
    /** @description The fields of a form. */
    UploadForm: {
      /**
       * Format: binary
       * @description The file, with its name.
       */
      file: string;
      /** @description How loud a recording is from its beginning to its end, by who recorded it: a JSON array of at most 128 numbers from 0 to 1. */
      peaks?: string;
    };
    /** @description The answer to an upload. */
    Uploaded: {
      /** @description What is known of it. */
      file: components['schemas']['File'];
      /** @description To be sent as a message's `fileUrl`, within a day; it can be fetched by who may read it. */
      fileUrl: string;
    };
    /** @description What others are shown of a user. */
    User: {
      /** @description URL of a picture. */
      avatar: string | null;
      /** @description A text about themselves. */
      bio: string | null;
      /**
       * Format: date-time
       * @description When the account was made.
       */
      createdAt: string;
      /** @description The name to show instead. */
      displayName: string | null;
      /** @description Who. */
      id: string;
      /**
       * Format: date-time
       * @description When the last device was gone.
       */
      lastSeenAt: string | null;
      /** @description Connected or not. */
      status: components['schemas']['Status'];
      /** @description The unique name. */
      username: string;
    };
    /** @description What others are shown of a user in lists. */
    UserSummary: {
      /** @description URL of a picture. */
      avatar: string | null;
      /** @description The name to show instead. */
      displayName: string | null;
      /** @description Who. */
      id: string;
      /**
       * Format: date-time
       * @description When the last device was gone.
       */
      lastSeenAt: string | null;
      /** @description Connected or not. */
      status: components['schemas']['Status'];
      /** @description The unique name. */
      username: string;
    };
    /** @description The key that browsers subscribe with. */
    VapidKey: {
      /** @description An uncompressed point of P-256 in base64url, as `applicationServerKey` takes it. */
      publicKey: string;
    };
    /** @description Payload of `call:answer`. */
    CallAnswer: {
      /** @description As it was given. */
      answer: unknown;
      /** @description In which call. */
      callId: string;
      /** @description The other party. */
      from: string;
    };
    /** @description Payload of `call:ice-candidate`. */
    CallIceCandidate: {
      /** @description In which call. */
      callId: string;
      /** @description As it was given. */
      candidate: unknown;
      /** @description The other party. */
      from: string;
    };
    /** @description Payload of `call:incoming`. */
    CallIncoming: {
      /** @description Which call. */
      callId: string;
      /** @description URL of a picture. */
      callerAvatar: string | null;
      /** @description Who calls. */
      callerId: string;
      /** @description The name to show. */
      callerName: string;
      /** @description In which conversation. */
      conversationId: string;
      /**
       * Format: date-time
       * @description Until when it rings.
       */
      expiresAt: string;
      /** @description With a picture. */
      hasVideo: boolean;
      /** @description For the connection. */
      iceServers: components['schemas']['IceServer'][];
    };
    /** @description Whom to call, and how. */
    CallInitiate: {
      /** @description Who is called. */
      calleeId: string;
      /** @description A conversation of the two. */
      conversationId: string;
      /** @description With a picture; false where it is left out. */
      hasVideo?: boolean | null;
    };
    /** @description Payload of `call:offer`. */
    CallOffer: {
      /** @description In which call. */
      callId: string;
      /** @description The other party. */
      from: string;
      /** @description As it was given. */
      offer: unknown;
    };
    /** @description Payload of `call:rejected`, `call:cancelled`, `call:ended` and `call:end`. */
    CallOver: {
      /** @description Which call. */
      callId: string;
      /** @description Who ended it; of a deadline, the other party. */
      from: string;
      /**
       * @description Why.
       * @enum {string}
       */
      reason:
        'rejected' | 'cancelled' | 'missed' | 'connection_lost' | 'ended' | 'answered_elsewhere';
    };
    /** @description A call with somebody. */
    CallRef: {
      /** @description Which call; the one under way between the two where it is left out. */
      callId?: string | null;
      /** @description The other party. */
      to: string;
    };
    /** @description The ack of `call:initiate`. */
    CallStarted: {
      /** @description Which call. */
      callId: string;
      /** @description The callee is connected on some device, as far as the caller may know. */
      calleeOnline: boolean;
      /** @description For the connection. */
      iceServers: components['schemas']['IceServer'][];
      /**
       * @description Always `true`.
       * @constant
       */
      success: true;
    };
    /** @description What was refused. */
    Cause: {
      /** @description What was sent. */
      data: unknown;
      /** @description The event's name. */
      pattern: string;
    };
    /** @description What opens a socket. */
    ConnectAuth: {
      /**
       * @description Of a client that comes back: the offset of the last event that it was given. Stock clients send it by themselves.
       * @default null
       */
      offset: string | null;
      /**
       * @description Of a client that comes back: the `pid` of its session. Stock clients send it by themselves.
       * @default null
       */
      pid: string | null;
      /** @description The access token, as signing in gives it. It may also come as an `Authorization: Bearer` header or as the query parameter `token`; the first of these places that has one counts. */
      token: string;
    };
    /** @description A `connect_error`, as a stock client gives it. */
    ConnectError: {
      /** @description Why, for programs. */
      data: components['schemas']['ConnectErrorData'];
      /** @description One sentence for people. */
      message: string;
    };
    /** @description The `data` of a `connect_error`. */
    ConnectErrorData: {
      /**
       * @description Why the socket was refused.
       * @enum {string}
       */
      code:
        'token_missing' | 'token_invalid' | 'token_expired' | 'token_revoked' | 'user_not_found';
    };
    /** @description Which conversation is meant. */
    ConversationRef: {
      /** @description Which. */
      conversationId: string;
    };
    /** @description The ack of `markMessagesAsRead`: `{ success: true, count }`. */
    Counted: {
      /**
       * Format: uint64
       * @description How many of the messages were newly marked.
       */
      count: number;
      /**
       * @description Always `true`.
       * @constant
       */
      success: true;
    };
    /** @description The event `exception`: a refused event, told to its sender. */
    Exception: {
      /** @description With `conflict` over a call: the call that is under way. */
      callId?: string;
      /** @description What was refused. */
      cause: components['schemas']['Cause'];
      /** @description Why. */
      code: components['schemas']['ErrorCode'];
      /** @description With `invalid_payload`: each mistake. */
      errors?: components['schemas']['FieldError'][];
      /** @description One sentence for people. */
      message: string;
      /**
       * Format: uint64
       * @description With `rate_limited`: when it may be tried again, in milliseconds.
       */
      retryAfterMs?: number;
      /**
       * @description Always `error`.
       * @constant
       */
      status: 'error';
    };
    /** @description The ack of `joinRoom`. */
    JoinedRoom: {
      /** @description Which. */
      conversationId: string;
      /**
       * Format: uint64
       * @description The highest `seq` that the user read.
       */
      lastReadSeq: number;
      /**
       * Format: uint64
       * @description The newest message's `seq`, 0 without one.
       */
      lastSeq: number;
    };
    /** @description The ack of `leaveRoom`. */
    LeftRoom: {
      /** @description Which, as it was sent. */
      conversationId: string;
    };
    /** @description Which messages were read. */
    MarkMessagesAsRead: {
      /** @description Which. */
      messageIds: string[];
    };
    /** @description Payload of `messagesRead`. */
    MessagesRead: {
      /** @description Where. */
      conversationId: string;
      /**
       * Format: uint64
       * @description The highest `seq` that this user read.
       */
      lastReadSeq: number;
      /** @description The messages newly marked, in `seq` order, at most 1,000. */
      messageIds: string[];
      /**
       * Format: date-time
       * @description When they were marked.
       */
      readAt: string;
      /** @description Who read them. */
      userId: string;
    };
    /** @description Payload of `user:{userId}:newGroup`. */
    NewGroup: {
      /** @description The group's conversation id. */
      groupId: string;
      /** @description Its name. */
      groupName: string;
      /** @description A sentence for people: who did it. */
      message: string;
    };
    /** @description Payload of `message:reaction:remove`. */
    ReactionRemoved: {
      /** @description Where. */
      conversationId: string;
      /** @description The emoji itself. */
      emoji: string;
      /** @description From what. */
      messageId: string;
      /** @description Whose. */
      userId: string;
    };
    /** @description The ack of a refused event. */
    Refusal: {
      /** @description With `conflict` over a call: the call that is under way. */
      callId?: string;
      /** @description Why. */
      code: components['schemas']['ErrorCode'];
      /** @description With `invalid_payload`: each mistake. */
      errors?: components['schemas']['FieldError'][];
      /** @description One sentence for people. */
      message: string;
      /**
       * Format: uint64
       * @description With `rate_limited`: when it may be tried again, in milliseconds.
       */
      retryAfterMs?: number;
      /**
       * @description Always `error`.
       * @constant
       */
      status: 'error';
    };
    /** @description An answer for the other party of a call. */
    SendAnswer: {
      /**
       * @description The answer: JSON text of whatever value the client gave.
       * @example {}
       */
      answer: unknown;
      /** @description Which call; the one under way between the two where it is left out. */
      callId?: string | null;
      /** @description The other party. */
      to: string;
    };
    /** @description A way to reach the sender, for the other party of a call. */
    SendIceCandidate: {
      /** @description Which call; the one under way between the two where it is left out. */
      callId?: string | null;
      /**
       * @description The candidate: JSON text of whatever value the client gave.
       * @example {}
       */
      candidate: unknown;
      /** @description The other party. */
      to: string;
    };
    /** @description A message for a conversation: text or file, or both. */
    SendMessage:
      | {
          /** @description The sender's own id for the message, which makes a send safe to repeat. */
          clientMessageId?: string | null;
          /** @description The text. How long it may be is for the operator to say (`CONTENT_MAX_CHARS`). */
          content?: string | null;
          /** @description Where to. */
          conversationId: string;
          /**
           * @description What an upload answered as its `fileUrl`, or another http(s) URL.
           * @example https://example.org/picture.png
           */
          fileUrl?: string | null;
          /** @description A message of the same conversation. */
          replyToId?: string | null;
        }
      | {
          content: string;
        }
      | {
          fileUrl: string;
        };
    /** @description An offer for the other party of a call. */
    SendOffer: {
      /** @description Which call; the one under way between the two where it is left out. */
      callId?: string | null;
      /**
       * @description The offer: JSON text of whatever value the client gave.
       * @example {}
       */
      offer: unknown;
      /** @description The other party. */
      to: string;
    };
    /** @description A conversation as every member sees it; the payload of `conversationUpdated`. */
    SharedConversation: {
      /** @description URL of a picture. */
      avatar: string | null;
      /**
       * Format: date-time
       * @description When it was made.
       */
      createdAt: string;
      /** @description Which. */
      id: string;
      /** @description More than two may be in it, and it has roles. */
      isGroup: boolean;
      /** @description The same, whole. */
      lastMessage: components['schemas']['Message'] | null;
      /** @description The newest message. */
      lastMessageId: string | null;
      /**
       * Format: uint64
       * @description The newest message's `seq`, 0 without one.
       */
      lastSeq: number;
      /** @description A group's name; `null` in a conversation of two. */
      name: string | null;
      /** @description The present members. */
      participantIds: string[];
      /** @description The same, with what is shown. */
      participants: components['schemas']['Participant'][];
      /**
       * Format: date-time
       * @description When it last changed or was written to.
       */
      updatedAt: string;
    };
    /** @description The ack of an event that has nothing else to say: `{ success: true }`. */
    Success: {
      /**
       * @description Always `true`.
       * @constant
       */
      success: true;
    };
    /** @description What a client has of each conversation. */
    Sync: {
      /** @description By conversation id, the `seq` of the last message that the client has. */
      conversations: {
        [key: string]: number;
      };
      /** @description How many messages it wants at most; 200 unless it says. */
      limit?: number | null;
    };
    /** @description The ack of `sync`. */
    Synced: {
      /** @description Those of the user that it did not name, newest activity first. */
      added: components['schemas']['Conversation'][];
      /** @description What the client lacks of each conversation that it named, by id. */
      conversations: {
        [key: string]: components['schemas']['SyncedConversation'];
      };
      /** @description Named, but the user is no member of them. */
      removed: string[];
    };
    /** @description What a client lacks of one conversation. */
    SyncedConversation: {
      /** @description It lacks no others. */
      complete: boolean;
      /**
       * Format: uint64
       * @description The newest message's `seq`, 0 without one.
       */
      lastSeq: number;
      /** @description Oldest first, without `reads`. */
      messages: components['schemas']['Message'][];
    };
    /** @description Payload of `userTyping` and `userStopTyping`. */
    TypingUser: {
      /** @description Where. */
      conversationId: string;
      /** @description Who. */
      userId: string;
    };
    /** @description Payload of `userStatusChanged`. */
    UserStatusChanged: {
      /**
       * Format: date-time
       * @description When the last device was gone.
       */
      lastSeenAt: string | null;
      /** @description Connected or not. */
      status: components['schemas']['Status'];
      /** @description Who. */
      userId: string;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type AddParticipants = components['schemas']['AddParticipants'];
export type Call = components['schemas']['Call'];
export type ChangePassword = components['schemas']['ChangePassword'];
export type Conversation = components['schemas']['Conversation'];
export type CreateFriendRequest = components['schemas']['CreateFriendRequest'];
export type CreateGroup = components['schemas']['CreateGroup'];
export type Device = components['schemas']['Device'];
export type EditMessage = components['schemas']['EditMessage'];
export type ErrorCode = components['schemas']['ErrorCode'];
export type Export = components['schemas']['Export'];
export type ExportedBlock = components['schemas']['ExportedBlock'];
export type ExportedConversation = components['schemas']['ExportedConversation'];
export type ExportedFile = components['schemas']['ExportedFile'];
export type ExportedMembership = components['schemas']['ExportedMembership'];
export type ExportedMessage = components['schemas']['ExportedMessage'];
export type ExportedRead = components['schemas']['ExportedRead'];
export type FieldError = components['schemas']['FieldError'];
export type File = components['schemas']['File'];
export type FriendRequest = components['schemas']['FriendRequest'];
export type FriendRequestStatus = components['schemas']['FriendRequestStatus'];
export type FriendRequestWithSender = components['schemas']['FriendRequestWithSender'];
export type Health = components['schemas']['Health'];
export type HistoryPage = components['schemas']['HistoryPage'];
export type IceServer = components['schemas']['IceServer'];
export type IceServers = components['schemas']['IceServers'];
export type ListOfFriendRequestWithSender = components['schemas']['ListOfFriendRequestWithSender'];
export type ListOfSession = components['schemas']['ListOfSession'];
export type ListOfUserSummary = components['schemas']['ListOfUserSummary'];
export type Login = components['schemas']['Login'];
export type Me = components['schemas']['Me'];
export type Message = components['schemas']['Message'];
export type MessageDraft = components['schemas']['MessageDraft'];
export type MessageHit = components['schemas']['MessageHit'];
export type MessageRead = components['schemas']['MessageRead'];
export type OpenDirect = components['schemas']['OpenDirect'];
export type PageOfCall = components['schemas']['PageOfCall'];
export type PageOfConversation = components['schemas']['PageOfConversation'];
export type PageOfMessage = components['schemas']['PageOfMessage'];
export type PageOfMessageHit = components['schemas']['PageOfMessageHit'];
export type PageOfPushLogEntry = components['schemas']['PageOfPushLogEntry'];
export type Participant = components['schemas']['Participant'];
export type Problem = components['schemas']['Problem'];
export type PushLogEntry = components['schemas']['PushLogEntry'];
export type Reaction = components['schemas']['Reaction'];
export type ReadPosition = components['schemas']['ReadPosition'];
export type ReadTo = components['schemas']['ReadTo'];
export type Refresh = components['schemas']['Refresh'];
export type Register = components['schemas']['Register'];
export type RegisterDevice = components['schemas']['RegisterDevice'];
export type ReplyTo = components['schemas']['ReplyTo'];
export type ReplyToSender = components['schemas']['ReplyToSender'];
export type Role = components['schemas']['Role'];
export type Sender = components['schemas']['Sender'];
export type Session = components['schemas']['Session'];
export type SetQuietHours = components['schemas']['SetQuietHours'];
export type SetRole = components['schemas']['SetRole'];
export type Settings = components['schemas']['Settings'];
export type SignedIn = components['schemas']['SignedIn'];
export type Status = components['schemas']['Status'];
export type UpdateConversation = components['schemas']['UpdateConversation'];
export type UpdateMe = components['schemas']['UpdateMe'];
export type UpdateSettings = components['schemas']['UpdateSettings'];
export type UploadForm = components['schemas']['UploadForm'];
export type Uploaded = components['schemas']['Uploaded'];
export type User = components['schemas']['User'];
export type UserSummary = components['schemas']['UserSummary'];
export type VapidKey = components['schemas']['VapidKey'];
export type CallAnswer = components['schemas']['CallAnswer'];
export type CallIceCandidate = components['schemas']['CallIceCandidate'];
export type CallIncoming = components['schemas']['CallIncoming'];
export type CallInitiate = components['schemas']['CallInitiate'];
export type CallOffer = components['schemas']['CallOffer'];
export type CallOver = components['schemas']['CallOver'];
export type CallRef = components['schemas']['CallRef'];
export type CallStarted = components['schemas']['CallStarted'];
export type Cause = components['schemas']['Cause'];
export type ConnectAuth = components['schemas']['ConnectAuth'];
export type ConnectError = components['schemas']['ConnectError'];
export type ConnectErrorData = components['schemas']['ConnectErrorData'];
export type ConversationRef = components['schemas']['ConversationRef'];
export type Counted = components['schemas']['Counted'];
export type Exception = components['schemas']['Exception'];
export type JoinedRoom = components['schemas']['JoinedRoom'];
export type LeftRoom = components['schemas']['LeftRoom'];
export type MarkMessagesAsRead = components['schemas']['MarkMessagesAsRead'];
export type MessagesRead = components['schemas']['MessagesRead'];
export type NewGroup = components['schemas']['NewGroup'];
export type ReactionRemoved = components['schemas']['ReactionRemoved'];
export type Refusal = components['schemas']['Refusal'];
export type SendAnswer = components['schemas']['SendAnswer'];
export type SendIceCandidate = components['schemas']['SendIceCandidate'];
export type SendMessage = components['schemas']['SendMessage'];
export type SendOffer = components['schemas']['SendOffer'];
export type SharedConversation = components['schemas']['SharedConversation'];
export type Success = components['schemas']['Success'];
export type Sync = components['schemas']['Sync'];
export type Synced = components['schemas']['Synced'];
export type SyncedConversation = components['schemas']['SyncedConversation'];
export type TypingUser = components['schemas']['TypingUser'];
export type UserStatusChanged = components['schemas']['UserStatusChanged'];
export type $defs = Record<string, never>;
export interface operations {
  getAsyncapi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The document. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': Record<string, never>;
        };
      };
      /** @description It is still the same. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getOpenapi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The document. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': Record<string, never>;
        };
      };
      /** @description It is still the same. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  login: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Login'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          /** @description The session cookies of the server's own page, or what ends them. */
          'Set-Cookie'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SignedIn'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `rate_limited`. */
      429: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  logout: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          /** @description The session cookies of the server's own page, or what ends them. */
          'Set-Cookie'?: string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getMe: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Me'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  changePassword: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ChangePassword'];
      };
    };
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `rate_limited`. */
      429: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  refresh: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['Refresh'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          /** @description The session cookies of the server's own page, or what ends them. */
          'Set-Cookie'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SignedIn'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  register: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Register'];
      };
    };
    responses: {
      /** @description It was made. */
      201: {
        headers: {
          /** @description The session cookies of the server's own page, or what ends them. */
          'Set-Cookie'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SignedIn'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `conflict`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listSessions: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ListOfSession'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  revokeSession: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listBlocks: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ListOfUserSummary'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  block: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which user. */
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `conflict`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  unblock: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which user. */
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listCalls: {
    parameters: {
      query?: {
        /** @description Where an earlier page ended. */
        cursor?: string;
        /** @description Rows on the page. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PageOfCall'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getIceServers: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['IceServers'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listConversations: {
    parameters: {
      query?: {
        /** @description Where an earlier page ended. */
        cursor?: string;
        /** @description Rows on the page. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PageOfConversation'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  openDirect: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['OpenDirect'];
      };
    };
    responses: {
      /** @description It was there already. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Conversation'];
        };
      };
      /** @description It was made. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Conversation'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  createGroup: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateGroup'];
      };
    };
    responses: {
      /** @description It was made. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Conversation'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `conflict`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getConversation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Conversation'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  updateConversation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateConversation'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Conversation'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listMedia: {
    parameters: {
      query?: {
        /** @description Where an earlier page ended. */
        cursor?: string;
        /** @description Rows on the page. */
        limit?: number;
      };
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PageOfMessage'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listMessages: {
    parameters: {
      query?: {
        /** @description Right before this `seq`. */
        before?: number;
        /** @description Right after this `seq`. */
        after?: number;
        /** @description With this `seq` in the middle. */
        around?: number;
        /** @description Where an earlier page ended. */
        cursor?: string;
        /** @description Rows on the page. */
        limit?: number;
      };
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['HistoryPage'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  sendMessage: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['MessageDraft'];
      };
    };
    responses: {
      /** @description It was there already. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Message'];
        };
      };
      /** @description It was made. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Message'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `rate_limited`. */
      429: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  addParticipants: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['AddParticipants'];
      };
    };
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `conflict`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  removeParticipant: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
        /** @description Which user. */
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  setRole: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
        /** @description Which user. */
        userId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SetRole'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Conversation'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readTo: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ReadTo'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ReadPosition'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  registerDevice: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RegisterDevice'];
      };
    };
    responses: {
      /** @description It was made. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Device'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `rate_limited`. */
      429: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  removeDevice: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  exportMe: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The whole document, to be kept as a file. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Export'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `rate_limited`. */
      429: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listFriendRequests: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ListOfFriendRequestWithSender'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  createFriendRequest: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateFriendRequest'];
      };
    };
    responses: {
      /** @description It was made. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FriendRequest'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `conflict`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  cancelFriendRequest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `conflict`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  acceptFriendRequest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Conversation'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `conflict`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  rejectFriendRequest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FriendRequest'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `conflict`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listFriends: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ListOfUserSummary'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  removeFriend: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which user. */
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getMessage: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Message'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  deleteMessage: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  editMessage: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['EditMessage'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Message'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `conflict`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `rate_limited`. */
      429: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  addReaction: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
        /** @description One emoji, percent-encoded. */
        emoji: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Reaction'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `conflict`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `rate_limited`. */
      429: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  removeReaction: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
        /** @description One emoji, percent-encoded. */
        emoji: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listPushes: {
    parameters: {
      query?: {
        /** @description Where an earlier page ended. */
        cursor?: string;
        /** @description Rows on the page. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PageOfPushLogEntry'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getVapidKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['VapidKey'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  searchMessages: {
    parameters: {
      query: {
        /** @description The words, of which a message must hold every one; `tom*` is any word that begins so. */
        q: string;
        /** @description In this conversation alone. */
        conversationId?: string;
        /** @description Where an earlier page ended. */
        cursor?: string;
        /** @description Rows on the page. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PageOfMessageHit'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  upload: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'multipart/form-data': components['schemas']['UploadForm'];
      };
    };
    responses: {
      /** @description It was made. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Uploaded'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `rate_limited`. */
      429: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getFile: {
    parameters: {
      query?: {
        /** @description Until when the URL opens the file, in seconds since the Unix epoch. */
        until?: number;
        /** @description That this server says so. */
        signature?: string;
      };
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The whole file. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          '*/*': string;
        };
      };
      /** @description The part that was asked for. */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          '*/*': string;
        };
      };
      /** @description As the one that is kept already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      416: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  discardUpload: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `conflict`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getFileLink: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Uploaded'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getThumbnail: {
    parameters: {
      query?: {
        /** @description Until when the URL opens the file, in seconds since the Unix epoch. */
        until?: number;
        /** @description That this server says so. */
        signature?: string;
      };
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The whole file. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          '*/*': string;
        };
      };
      /** @description The part that was asked for. */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          '*/*': string;
        };
      };
      /** @description As the one that is kept already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      416: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  eraseMe: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          /** @description The session cookies of the server's own page, or what ends them. */
          'Set-Cookie'?: string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  updateMe: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateMe'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Me'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getSettings: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Settings'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  updateSettings: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateSettings'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Settings'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `forbidden`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `too_large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unsupported_media_type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `busy`, `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  searchUsers: {
    parameters: {
      query: {
        /** @description The beginning of a user name or display name, or a whole e-mail address. */
        q: string;
        /** @description Rows at most. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ListOfUserSummary'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `invalid_payload`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getUser: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Which one. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['User'];
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `not_found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getHealth: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Health'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getMetrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All that is measured. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
      /** @description Refused: `unauthorized`. */
      401: {
        headers: {
          /** @description `Bearer` */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getReadiness: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Health'];
        };
      };
      /** @description Refused: `internal`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Refused: `unavailable`. */
      503: {
        headers: {
          /** @description When it may be tried again, in seconds. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
}
