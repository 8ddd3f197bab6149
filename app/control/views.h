// Snapshots, answers and notices as JSON: the field names that programs rely on. Amounts end in
// _sat or _msat and are integers; ids are lower case hex, transaction ids in the order people use.
// Pure.
#pragma once

#include "core/api/node_api.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace runnel::control {

namespace json = boost::json;

json::object info_json(const api::Snapshot& snapshot, const std::string& version);
/// `problem`: why nothing of can_send and can_receive moves now; null: it does.
json::object balance_json(const api::Snapshot& snapshot);
json::object peer_json(const api::PeerView& peer);
json::object channel_json(const api::ChannelView& channel, const api::ChainView& chain);
json::object payment_json(const api::PaymentView& payment);
json::object transaction_json(const api::TransactionView& transaction);
json::object inspection_json(const api::Inspection& inspection);
json::object answer_json(const api::Answer& answer);
/// What a send would cost and leave; `feerate` as parse_feerate() reads it.
json::object quote_json(const api::SendQuote& quote);
/// With "event" naming the kind.
json::object notice_json(const api::Notice& notice);

/// Why a request has no answer: what runnel-cli prints on stderr.
struct Failure {
    std::string kind;  ///< Machine readable; of a Problem its name.
    std::string message;
    std::string advice;    ///< What to try.
    json::object details;  ///< The problem's figures.
};
Failure failure_of(const api::Problem& problem);
/// The other way: of a failure that was no Problem, an internal one with its message.
api::Problem problem_of(const Failure& failure);
/// {"error": KIND, "message": ..., "try": ...} and the details beside.
json::object failure_json(const Failure& failure);

}  // namespace runnel::control
