//! A small demo world: five people who are friends, talk in twos and in a group, over some days.
//!
//! It is made by the same functions as everything else, with a clock that is set back and moved
//! along, so that it is a world that could have happened.

mod world;

use std::sync::Arc;
use std::time::Duration;

use salala_core::permissions::Role;
use salala_core::wire::Error;
use salala_core::wire::client_events::{MessageDraft, SendMessage};
use salala_core::wire::fields::Change;
use salala_core::wire::requests::{
    CreateFriendRequest, CreateGroup, OpenDirect, ReadTo, SetRole, UpdateMe,
};
use salala_core::{Clock, ManualClock, Random, Timestamp, UserId};
use salala_store::Store;
use salala_store::ports::conversations::Contacts;
use salala_store::ports::users::NewUser;

use crate::auth::passwords::Passwords;
use crate::chat::{Chat, ChatSettings};
use crate::media::Links;
use crate::presence::InProcessPresence;
use crate::push::client::Reach;
use crate::refusal::refusal;
use crate::tasks::Tasks;
use world::{GROUP_NAME, LINES, Line, PEOPLE, Person, Place, READS};

/// How to sign in as one of the people.
#[derive(Clone, Debug)]
pub struct DemoSignIn {
    /// Their user name.
    pub username: String,
    /// Their password, made anew for every world.
    pub password: String,
}

/// Between the making of the accounts and the first message.
const PRELUDE: Duration = Duration::from_mins(30);

/// The world while it is made.
struct Maker {
    chat: Chat,
    clock: Arc<ManualClock>,
    people: Vec<UserId>,
    /// Ids of the places, in the order of [`Place::ALL`].
    places: Vec<String>,
    /// Ids of the messages of each place, in order.
    messages: Vec<Vec<String>>,
}

/// Makes the world in a store that nobody serves from, so that its last message is of just now.
///
/// # Errors
/// `conflict` if one of the names is taken, or whatever the store says.
pub async fn fill(
    store: Arc<dyn Store>,
    clock: &dyn Clock,
    random: Arc<dyn Random>,
) -> Result<Vec<DemoSignIn>, Error> {
    let lasts = LINES.iter().map(|line| line.after).sum::<Duration>() + PRELUDE;
    let lasts_ms = i64::try_from(lasts.as_millis()).unwrap_or(0);
    let begins_at = Timestamp::from_unix_ms(clock.now().unix_ms() - lasts_ms);
    let clock = Arc::new(ManualClock::at(begins_at));
    let passwords = Passwords::new(Tasks::new(), Arc::clone(&random));
    let mut people = Vec::new();
    let mut sign_ins = Vec::new();
    for person in PEOPLE {
        let password = make_password(&*random);
        let user = new_user(person, passwords.hash(password.clone()).await?, begins_at, &*random);
        sign_ins.push(DemoSignIn { username: user.username.clone(), password });
        people.push(store.create_user(user, None).await.map_err(refusal)?.brief.id);
    }
    let settings = ChatSettings {
        contacts: Contacts::Everyone,
        content_max_chars: salala_core::limits::CONTENT_MAX_CHARS,
        sends: None,
        signals: None,
        push_reach: Reach::Public,
    };
    let chat_clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
    // Nobody is given the URLs that are made here.
    let mut key = [0; 32];
    random.fill(&mut key);
    let links = Links::new(&key, Arc::clone(&chat_clock), None, Duration::from_secs(2));
    let chat = Chat::new(
        store,
        Arc::new(InProcessPresence::default()),
        chat_clock,
        random,
        (Arc::default(), Arc::new(links)),
        settings,
    );
    let places = Vec::new();
    let messages = vec![Vec::new(); Place::ALL.len()];
    let mut maker = Maker { chat, clock, people, places, messages };
    maker.introduce().await?;
    maker.befriend().await?;
    maker.open_places().await?;
    maker.clock.advance(PRELUDE);
    for line in LINES {
        maker.speak(line).await?;
    }
    maker.read().await?;
    Ok(sign_ins)
}

/// A password that can be read out and typed: 60 random bits as `ab2c-de3f-gh4j`.
pub fn make_password(random: &dyn Random) -> String {
    // Neither letters nor digits that are taken for each other; 32 of them, so that each byte's low
    // bits choose evenly.
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 12];
    random.fill(&mut bytes);
    let letters: Vec<char> = bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

impl Maker {
    /// Everybody says something about themselves.
    async fn introduce(&self) -> Result<(), Error> {
        for (person, user_id) in PEOPLE.iter().zip(&self.people) {
            let command = UpdateMe {
                display_name: Change::Keep,
                avatar: Change::Keep,
                bio: Change::Set(person.bio.to_owned()),
                phone_number: Change::Keep,
                date_of_birth: Change::Keep,
            };
            self.chat.update_me(*user_id, command).await?;
        }
        Ok(())
    }

    /// Most are friends; one request still waits.
    async fn befriend(&self) -> Result<(), Error> {
        for (asking, asked, is_answered) in world::FRIENDS {
            let receiver_id = self.person(*asked).to_string();
            let command = CreateFriendRequest { receiver_id };
            let request = self.chat.create_friend_request(self.person(*asking), command).await?;
            if *is_answered {
                let id = request.id.to_string();
                self.chat.accept_friend_request(self.person(*asked), &id).await?;
            }
        }
        Ok(())
    }

    async fn open_places(&mut self) -> Result<(), Error> {
        for place in Place::ALL {
            let id = match place.pair() {
                Some((one, other)) => {
                    let command = OpenDirect { user_id: self.person(other).to_string() };
                    self.chat.open_direct(self.person(one), command).await?.0.shared.id
                }
                None => self.open_group().await?,
            };
            self.places.push(id.to_string());
        }
        Ok(())
    }

    async fn open_group(&self) -> Result<salala_core::ConversationId, Error> {
        let owner = self.person(world::GROUP_OWNER);
        let others = self.people.iter().filter(|user_id| **user_id != owner);
        let command = CreateGroup {
            name: GROUP_NAME.to_owned(),
            participant_ids: others.map(ToString::to_string).collect(),
        };
        let id = self.chat.create_group(owner, command).await?.shared.id;
        let admin = self.person(world::GROUP_ADMIN).to_string();
        let command = SetRole { role: Role::Admin };
        self.chat.set_role(owner, &id.to_string(), &admin, command).await?;
        Ok(id)
    }

    /// One message, and what others think of it.
    async fn speak(&mut self, line: &Line) -> Result<(), Error> {
        self.clock.advance(line.after);
        let place = line.place.index();
        let said = self.messages.get(place).map(Vec::as_slice).unwrap_or_default();
        let reply_to_id = line.answers.and_then(|index| said.get(index)).cloned();
        let command = SendMessage {
            conversation_id: self.places.get(place).cloned().unwrap_or_default(),
            draft: MessageDraft {
                content: Some(line.text.to_owned()),
                file_url: None,
                reply_to_id,
                client_message_id: None,
            },
        };
        let (message, _) = self.chat.send_message(self.person(line.by), command).await?;
        let id = message.id.to_string();
        for (by, emoji) in line.reactions {
            self.chat.add_reaction(self.person(*by), &id, (*emoji).to_owned()).await?;
        }
        if let Some(said) = self.messages.get_mut(place) {
            said.push(id);
        }
        Ok(())
    }

    /// Some are up to date, others have something to read.
    async fn read(&self) -> Result<(), Error> {
        for (by, place, unread) in READS {
            let place = place.index();
            let said = self.messages.get(place).map_or(0, Vec::len);
            let id = self.places.get(place).map(String::as_str).unwrap_or_default();
            let command = ReadTo { seq: said.saturating_sub(*unread) as u64 };
            self.chat.read_to(self.person(*by), id, command).await?;
        }
        Ok(())
    }

    fn person(&self, person: Person) -> UserId {
        // People are made from the same list, so that each is there; the first stands in for none.
        let made = self.people.get(person as usize).or(self.people.first());
        made.copied().unwrap_or_else(|| UserId::from_bytes([0; 16]))
    }
}

fn new_user(
    person: &world::Portrait,
    password_hash: String,
    created_at: Timestamp,
    random: &dyn Random,
) -> NewUser {
    NewUser {
        id: UserId::generate(created_at, random),
        username: person.username.to_owned(),
        email: format!("{}@example.org", person.username),
        password_hash,
        display_name: Some(person.display_name.to_owned()),
        created_at,
    }
}

#[cfg(test)]
mod tests {
    use salala_core::SystemRandom;

    use super::*;

    #[test]
    fn a_made_password_can_be_read_out() {
        let password = make_password(&SystemRandom);
        assert_eq!(password.len(), 14);
        assert!(password.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric()));
        assert_ne!(password, make_password(&SystemRandom));
    }
}
