// What a chain source reports, on a loop of its own, and waiting for something to be so. Checks by
// itself that blocks come in order and that only the tip is taken away. For every kind of source.
#pragma once

#include "core/ports/chain.h"

#include <boost/asio/io_context.hpp>

#include <QtGlobal>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace runnel::test {

struct ChainLog {
    void take(ports::ChainEvent event) {
        if (const auto* up = std::get_if<ports::BlockConnected>(&event)) {
            if (!blocks.empty() && (blocks.back().second != up->previous ||
                                    blocks.back().first + 1 != up->height.raw())) {
                qFatal("a block that does not link was reported");
            }
            blocks.emplace_back(up->height.raw(), up->hash);
        }
        if (const auto* down = std::get_if<ports::BlockDisconnected>(&event)) {
            if (!blocks.empty()) {
                if (blocks.back() != std::pair(down->height.raw(), down->hash))
                    qFatal("not the tip was taken away");
                blocks.pop_back();
            }
        }
        if (const auto* status_now = std::get_if<ports::ChainStatus>(&event)) status = *status_now;
        events.push_back(std::move(event));
    }

    bool until(const std::function<bool()>& done,
               std::chrono::milliseconds most = std::chrono::seconds(15)) {
        const auto end = std::chrono::steady_clock::now() + most;
        while (!done()) {
            if (std::chrono::steady_clock::now() > end) return false;
            io.restart();
            io.run_for(std::chrono::milliseconds(2));
        }
        return true;
    }
    void run(std::chrono::milliseconds time) {
        (void)until([] { return false; }, time);
    }
    /// Whether it comes to this tip and calls itself synced.
    bool reaches(std::uint32_t height, const BlockHash& hash,
                 std::chrono::milliseconds most = std::chrono::seconds(15)) {
        return until(
            [&] {
                return !blocks.empty() && blocks.back() == std::pair(height, hash) && status.synced;
            },
            most);
    }

    template <typename Event>
    std::vector<Event> all() const {
        std::vector<Event> out;
        for (const auto& event : events) {
            if (const auto* one = std::get_if<Event>(&event)) out.push_back(*one);
        }
        return out;
    }
    bool told_mempool(const Txid& txid) const {
        const auto txs = all<ports::MempoolTx>();
        return std::any_of(txs.begin(), txs.end(),
                           [&](const auto& e) { return e.tx->txid() == txid; });
    }
    std::optional<std::uint32_t> confirmed(const Txid& txid) const {
        std::optional<std::uint32_t> out;
        for (const auto& block : all<ports::BlockConnected>()) {
            for (const auto& tx : block.relevant) {
                if (tx.tx->txid() == txid) out = block.height.raw();
            }
        }
        return out;
    }
    std::optional<std::uint32_t> late(const Txid& txid) const {
        for (const auto& event : all<ports::LateConfirmation>()) {
            if (event.tx.tx->txid() == txid) return event.height.raw();
        }
        return std::nullopt;
    }

    boost::asio::io_context io;
    std::vector<ports::ChainEvent> events;
    std::vector<std::pair<std::uint32_t, BlockHash>> blocks;  ///< As reported, reorgs followed.
    ports::ChainStatus status;
};

}  // namespace runnel::test
