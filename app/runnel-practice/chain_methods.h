// The chain's side of the practice protocol (app/practice/messages.h): questions about blocks and
// mempool, and broadcasts, from the wallet's source and from the practice nodes' own. Changes
// nothing but what a broadcast brings.
#pragma once

#include "app/control/requests.h"
#include "app/practice/messages.h"
#include "app/runnel-practice/durable_chain.h"

namespace runnel::practice {

class ChainMethods {
public:
    explicit ChainMethods(DurableChain& chain) : m_chain(chain) {}

    News news() const;
    bool knows(std::string_view method) const;
    /// A method that knows() knows. Throws ChainWriteError.
    control::Outcome call(std::string_view method, const json::object& params);

private:
    control::Outcome blocks(const json::object& params) const;
    control::Outcome locate(const json::object& params) const;
    control::Outcome broadcast(const json::object& params);

    DurableChain& m_chain;
};

}  // namespace runnel::practice
