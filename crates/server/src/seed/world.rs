//! The demo world's people, and what they say.

use std::time::Duration;

/// Who; the place in [`PEOPLE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Person {
    Mai = 0,
    Liam = 1,
    Sofia = 2,
    Kenji = 3,
    Amara = 4,
}

/// What is known of somebody.
pub(super) struct Portrait {
    pub(super) username: &'static str,
    pub(super) display_name: &'static str,
    pub(super) bio: &'static str,
}

/// Where people talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    MaiAndLiam,
    MaiAndSofia,
    Group,
}

/// One message.
pub(super) struct Line {
    /// How long after the one before it, wherever that was.
    pub(super) after: Duration,
    pub(super) place: Place,
    pub(super) by: Person,
    pub(super) text: &'static str,
    /// Which of the place's messages it answers, counted from 0.
    pub(super) answers: Option<usize>,
    pub(super) reactions: &'static [(Person, &'static str)],
}

use Person::{Amara, Kenji, Liam, Mai, Sofia};
use Place::{Group, MaiAndLiam, MaiAndSofia};

/// Everybody.
pub(super) const PEOPLE: &[Portrait] = &[
    Portrait {
        username: "mai",
        display_name: "Mai Tran",
        bio: "Maps, mountains and too many photos of both.",
    },
    Portrait { username: "liam", display_name: "Liam Byrne", bio: "Bakes bread, badly timed." },
    Portrait { username: "sofia", display_name: "Sofia Rossi", bio: "Nurse, night shifts, naps." },
    Portrait { username: "kenji", display_name: "Kenji Mori", bio: "Has the car, knows the way." },
    Portrait { username: "amara", display_name: "Amara Okafor", bio: "New in town. Say hello!" },
];

/// Who asked whom to be friends, and whether that was answered.
pub(super) const FRIENDS: &[(Person, Person, bool)] = &[
    (Mai, Liam, true),
    (Sofia, Mai, true),
    (Mai, Kenji, true),
    (Liam, Sofia, true),
    (Kenji, Liam, true),
    (Amara, Mai, false),
];

pub(super) const GROUP_NAME: &str = "Saturday hike";
pub(super) const GROUP_OWNER: Person = Mai;
pub(super) const GROUP_ADMIN: Person = Kenji;

/// Who has read a place but for so many of its last messages.
pub(super) const READS: &[(Person, Place, usize)] = &[
    (Mai, MaiAndLiam, 1),
    (Liam, MaiAndLiam, 0),
    (Mai, MaiAndSofia, 2),
    (Sofia, MaiAndSofia, 0),
    (Mai, Group, 3),
    (Liam, Group, 0),
    (Sofia, Group, 1),
    (Kenji, Group, 0),
    (Amara, Group, 5),
];

/// All that is said, in order of time.
pub(super) const LINES: &[Line] = &[
    line(0, Group, Mai, "Hi all! The forecast for Saturday is finally dry. Shall we hike?"),
    line(4, Group, Kenji, "Yes! I can drive, there is room for four."),
    line(2, Group, Liam, "I am in. I will bring bread."),
    line(9, Group, Sofia, "I come off a night shift on Friday, so not too early please 😴"),
    answer(3, Group, Mai, "Nine at the station?", 3, &[(Sofia, "👍"), (Liam, "👍")]),
    line(30, Group, Amara, "Hello everyone, thank you for adding me! May a beginner join?"),
    answer(2, Group, Mai, "Of course, welcome @amara!", 5, &[(Amara, "❤️"), (Kenji, "❤️")]),
    line(1, Group, Kenji, "Welcome! We wait at every bend, promise."),
    line(180, MaiAndLiam, Liam, "Do you still have my red thermos?"),
    line(12, MaiAndLiam, Mai, "It lives on my shelf now. I will bring it on Saturday."),
    answer(1, MaiAndLiam, Liam, "It misses me.", 1, &[(Mai, "😂")]),
    line(600, MaiAndSofia, Sofia, "How long is the walk, honestly?"),
    line(5, MaiAndSofia, Mai, "Honestly? Eleven kilometres, 400 metres up."),
    line(1, MaiAndSofia, Sofia, "So six hours with Liam's breaks."),
    answer(2, MaiAndSofia, Mai, "Five and a half.", 2, &[(Sofia, "😄")]),
    line(840, Group, Kenji, "I looked at the map: the lower bridge is closed until Monday."),
    line(6, Group, Mai, "Then we take the path by the mill, it is the nicer one anyway."),
    line(2, Group, Liam, "The mill has cake."),
    answer(1, Group, Sofia, "Decided, then.", 10, &[(Liam, "🍰"), (Mai, "🍰"), (Kenji, "🍰")]),
    line(45, Group, Amara, "What should I bring? I only have running shoes."),
    answer(7, Group, Kenji, "Those will do, it has been dry all week.", 12, &[(Amara, "🙏")]),
    line(1, Group, Mai, "Water, a jacket, something to share. That is all."),
    line(700, MaiAndLiam, Mai, "Your dough picture from last night, is that normal?"),
    line(20, MaiAndLiam, Liam, "It escaped. I put it back."),
    answer(1, MaiAndLiam, Mai, "Brave.", 4, &[(Liam, "💪")]),
    line(15, MaiAndLiam, Liam, "Two loaves survived. One is for the hike."),
    line(620, Group, Sofia, "Night shift done. I exist until noon, then I sleep."),
    answer(8, Group, Liam, "Sleep well!", 15, &[(Sofia, "😴")]),
    line(240, MaiAndSofia, Sofia, "Awake again. Is Amara the one from your climbing course?"),
    line(10, MaiAndSofia, Mai, "Yes. She moved here in October, and is faster than all of us."),
    line(1, MaiAndSofia, Sofia, "A beginner, she said!"),
    answer(3, MaiAndSofia, Mai, "She always says that.", 6, &[(Sofia, "😂")]),
    line(480, Group, Mai, "Tomorrow at nine, at the station. Kenji, is the car still fine?"),
    answer(11, Group, Kenji, "Washed, filled, and with snow chains, just in case.", 17, &[]),
    line(1, Group, Liam, "Snow chains. It is 14 degrees, Kenji."),
    answer(2, Group, Kenji, "Just in case.", 19, &[(Mai, "😂"), (Sofia, "😂"), (Amara, "😂")]),
    line(20, MaiAndLiam, Liam, "Thermos. Do not forget."),
    line(25, MaiAndSofia, Sofia, "Can you pick me up? I will be the one asleep at the bus stop."),
    line(2, MaiAndSofia, Sofia, "With coffee, please ☕"),
    line(15, Group, Amara, "I made samosas for everyone. See you tomorrow!"),
    answer(3, Group, Liam, "You may come to every hike.", 21, &[(Amara, "😊"), (Kenji, "👍")]),
    line(1, Group, Sofia, "Good night all, see you at nine 🥾"),
];

impl Place {
    pub(super) const ALL: [Self; 3] = [MaiAndLiam, MaiAndSofia, Group];

    /// Its place in [`Self::ALL`].
    pub(super) fn index(self) -> usize {
        self as usize
    }

    /// The two who talk there; `None` for the group.
    pub(super) fn pair(self) -> Option<(Person, Person)> {
        match self {
            MaiAndLiam => Some((Mai, Liam)),
            MaiAndSofia => Some((Mai, Sofia)),
            Group => None,
        }
    }
}

const fn line(minutes: u64, place: Place, by: Person, text: &'static str) -> Line {
    let after = Duration::from_mins(minutes);
    Line { after, place, by, text, answers: None, reactions: &[] }
}

const fn answer(
    minutes: u64,
    place: Place,
    by: Person,
    text: &'static str,
    answers: usize,
    reactions: &'static [(Person, &'static str)],
) -> Line {
    let after = Duration::from_mins(minutes);
    Line { after, place, by, text, answers: Some(answers), reactions }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_answers_what_was_said_before_it_in_the_same_place() {
        let mut said = [0_usize; 3];
        for line in LINES {
            let count = &mut said[line.place.index()];
            assert!(line.answers.is_none_or(|index| index < *count), "{}", line.text);
            *count += 1;
        }
        assert!(LINES.len() >= 40);
    }

    #[test]
    fn people_and_places_stand_at_their_own_index() {
        assert_eq!(PEOPLE[Amara as usize].username, "amara");
        for (index, place) in Place::ALL.into_iter().enumerate() {
            assert_eq!(place.index(), index);
        }
    }
}
