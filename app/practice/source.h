// PracticeSource: a ChainSource over the practice network's socket, for the wallet and for the
// practice nodes themselves. It holds no keys and no wallet state; blocks are checked as those of a
// bitcoind are. What it asks for, one thing at a time:
//
//     broadcasts, blocks after the last one reported, older blocks for late watches, the mempool
//
// The child pushes News when something changed, so nothing is polled. When it is gone, ChainStatus
// says so and it is looked for until it is back; a network that does not know the blocks reported
// before (somebody removed it) is never followed.
#pragma once

#include "core/base/log.h"
#include "wallet/chain/chain_source.h"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <memory>

namespace runnel::practice {

class PracticeSource final : public chain::ChainSource {
public:
    /// `folder` is the practice network's, as folder_in() gives it; it may appear later.
    PracticeSource(boost::asio::io_context& io, std::filesystem::path folder, LogSink log);
    ~PracticeSource() override;

    void start(chain::StartPoint from, Sink sink) override;
    void watch(ports::Watch what) override;
    void broadcast(std::vector<ports::TxPtr> transactions, bool gives_way = false) override;
    void take_back(const Txid& txid) override;
    void stop() override;

private:
    class Impl;
    std::shared_ptr<Impl> m_impl;
};

}  // namespace runnel::practice
