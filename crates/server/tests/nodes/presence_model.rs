//! Any coming and going on two nodes is answered as one process answers it.

use proptest::prelude::*;
use salala_core::UserId;
use salala_server::presence::{InProcessPresence, Presence};

use super::engines::Node;
use super::people::people;
use super::server::{node_at, shared_url};

const USERS: usize = 3;
/// The even ones are on one node, the odd ones on the other.
const SOCKETS: [&str; 6] = ["a0", "b0", "a1", "b1", "a2", "b2"];
/// So few that they are reached.
const MOST: u32 = 4;

#[derive(Clone, Debug)]
enum Step {
    Come(usize, usize),
    Go(usize, usize),
    Look(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..USERS, 0..SOCKETS.len()).prop_map(|(user, socket)| Step::Come(user, socket)),
        4 => (0..USERS, 0..SOCKETS.len()).prop_map(|(user, socket)| Step::Go(user, socket)),
        1 => (0..2_usize).prop_map(Step::Look),
    ];
    prop::collection::vec(step, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn two_nodes_answer_as_one_process(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let url = shared_url();
            let nodes = [node_at(&url).await, node_at(&url).await];
            obeys(&nodes, &people::<USERS>(), &steps).await;
        });
    }
}

async fn obeys(nodes: &[Node; 2], users: &[UserId; USERS], steps: &[Step]) {
    let model = InProcessPresence::default();
    for step in steps {
        match *step {
            Step::Come(user, socket) => {
                let (user_id, socket_id) = (users[user], SOCKETS[socket]);
                let expected = model.set_online(user_id, socket_id, MOST).await;
                let answer = nodes[socket % 2].set_online(user_id, socket_id, MOST).await;
                assert_eq!(answer, expected, "{step:?}");
            }
            Step::Go(user, socket) => {
                let (user_id, socket_id) = (users[user], SOCKETS[socket]);
                let expected = model.set_offline(user_id, socket_id).await;
                let answer = nodes[socket % 2].set_offline(user_id, socket_id).await;
                assert_eq!(answer, expected, "{step:?}");
            }
            Step::Look(node) => {
                assert_eq!(nodes[node].are_online(users).await, model.are_online(users).await);
                for user_id in users {
                    assert_eq!(nodes[node].devices(*user_id).await, model.devices(*user_id).await);
                    let is_online = model.is_online(*user_id).await;
                    assert_eq!(nodes[node].is_online(*user_id).await, is_online);
                }
            }
        }
    }
}
