//! What nodes share: one contract for what is in process and what is in Redis, and what several nodes at
//! one Redis live through.

#[cfg(test)]
mod nodes {
    pub(crate) mod bus;
    #[cfg(feature = "redis-tests")]
    mod bus_apart;
    pub(crate) mod engines;
    pub(crate) mod people;
    pub(crate) mod presence;
    #[cfg(feature = "redis-tests")]
    mod presence_apart;
    #[cfg(feature = "redis-tests")]
    mod presence_model;
    #[cfg(feature = "redis-tests")]
    pub(crate) mod server;
}

/// One test for each engine and each body. Redis's are there with the feature `redis-tests` alone, and
/// then they need the server of `TEST_REDIS_URL`.
macro_rules! contract {
    ($noun:ident, $fresh_in_process:path, $fresh_redis:path: $($name:ident),+ $(,)?) => {
        #[cfg(test)]
        mod $noun {
            mod in_process {
                $(#[tokio::test]
                async fn $name() {
                    crate::nodes::$noun::$name(&$fresh_in_process()).await;
                })+
            }

            #[cfg(feature = "redis-tests")]
            mod redis {
                $(#[tokio::test]
                async fn $name() {
                    crate::nodes::$noun::$name(&$fresh_redis().await).await;
                })+
            }
        }
    };
}

contract! {
    presence,
    crate::nodes::engines::presence_in_process,
    crate::nodes::engines::presence_in_redis:
    only_the_first_device_and_the_last_one_are_edges,
    one_device_more_than_allowed_is_not_counted,
    a_device_counts_once,
    many_are_asked_for_together,
    whoever_is_online_is_on_some_page,
    a_user_is_taken_out_with_all_devices,
}

contract! {
    bus,
    crate::nodes::engines::bus_in_process,
    crate::nodes::engines::bus_in_redis:
    whoever_subscribes_hears_what_others_publish_in_order,
    a_node_does_not_hear_itself,
    nothing_comes_before_a_subscription_nor_after_its_end,
    very_many_channels_are_heard_apart,
}
