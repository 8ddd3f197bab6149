#include "ui/models/activity_model.h"

#include "ui/format/activity.h"
#include "ui/format/amount.h"
#include "ui/format/text.h"
#include "ui/format/time.h"

#include <algorithm>
#include <utility>

namespace runnel::ui {

namespace {

constexpr std::size_t page = 100;
constexpr int tick_ms = 1000;

std::string searchText(const ActivityEntry& entry, const QDateTime& now) {
    QString out;
    if (const auto* const payment = entry.payment()) {
        const auto words = activityWords(*payment, now);
        out = words.title + u' ' + words.status + u' ' +
              QString::number(payment->amount.floor_sat().raw()) + u' ' +
              qs(payment->payment_hash.hex()) + u' ' + qs(payment->bolt11);
        if (payment->payee) out += u' ' + qs(payment->payee->hex());
    } else if (const auto* const tx = entry.transaction()) {
        out = purposeText(*tx) + u' ' + QString::number(qAbs(tx->net_sat)) + u' ' +
              qs(display_hex(tx->txid));
    }
    return out.toLower().toStdString();
}

bool newer(const ActivityEntry& a, const ActivityEntry& b) {
    if (a.time() != b.time()) return a.time() > b.time();
    if (a.what.index() == b.what.index()) return a.sequence() > b.sequence();
    return a.what.index() < b.what.index();
}

}  // namespace

UnixTime ActivityEntry::time() const {
    if (const auto* const p = payment()) return p->created;
    return transaction()->first_seen;
}

std::uint64_t ActivityEntry::sequence() const {
    return std::visit([](const auto& one) { return one.sequence; }, what);
}

std::string ActivityEntry::key() const {
    // An invoice and its payment by ourselves cannot share a hash: the node refuses own invoices.
    if (const auto* const p = payment())
        return std::string(p->payment_hash.view().begin(), p->payment_hash.view().end());
    return "t" + std::string(transaction()->txid.view().begin(), transaction()->txid.view().end());
}

ActivityModel::ActivityModel(Bridge& bridge, QObject* parent)
    : QAbstractListModel(parent), m_bridge(bridge) {
    connect(&bridge, &Bridge::paymentsChanged, this,
            [this](const std::vector<api::PaymentView>& payments) {
                for (const auto& payment : payments) take(payment);
            });
    connect(&bridge, &Bridge::transactionsDropped, this, &ActivityModel::drop);
    connect(&bridge, &Bridge::transactionsChanged, this, &ActivityModel::readTransactions);
    m_tick.setInterval(tick_ms);
    connect(&m_tick, &QTimer::timeout, this, &ActivityModel::tick);
    fetchMore({});
}

int ActivityModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

QVariant ActivityModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const auto& entry = at(index.row());
    if (role == KeyRole) return QByteArray::fromStdString(entry.key());
    if (role == Qt::DisplayRole || role == Qt::AccessibleTextRole) {
        const auto words = entry.payment() != nullptr
                               ? activityWords(*entry.payment(), now())
                               : activityWords(*entry.transaction(), m_bridge.picture()->chain);
        return words.title + QStringLiteral(", ") + words.amount + QStringLiteral(", ") +
               words.status;
    }
    return {};
}

bool ActivityModel::canFetchMore(const QModelIndex& parent) const {
    return !parent.isValid() && (m_payments_left || m_txs_left);
}

void ActivityModel::fetchMore(const QModelIndex& parent) {
    if (m_reading || !canFetchMore(parent)) return;
    m_reading = true;
    // One after the other: only then are the ends of both known.
    m_bridge.payments({m_payments_left ? page : 0, m_payment_cursor}, this,
                      [this](const std::vector<api::PaymentView>& payments) {
                          if (payments.size() < page) m_payments_left = false;
                          if (!payments.empty()) m_payment_cursor = payments.back().sequence;
                          for (const auto& payment : payments) take(payment);
                          fetchTransactions();
                      });
}

void ActivityModel::fetchTransactions() {
    m_bridge.transactions({m_txs_left ? page : 0, m_tx_cursor}, this,
                          [this, drops = m_drops](const std::vector<api::TransactionView>& txs) {
                              // Read before one of them was dropped, it would stay for good.
                              if (drops != m_drops) return fetchTransactions();
                              if (txs.size() < page) m_txs_left = false;
                              if (!txs.empty()) m_tx_cursor = txs.back().sequence;
                              for (const auto& tx : txs) take(tx);
                              m_reading = false;
                              const bool first = !m_loaded;
                              m_loaded = true;
                              if (first) emit loaded();
                              emit fetched();
                              if (m_all) fetchMore({});
                          });
}

void ActivityModel::fetchAll() {
    m_all = true;
    fetchMore({});
}

void ActivityModel::reword() {
    for (auto& entry : m_entries) entry.searched = searchText(entry, now());
}

void ActivityModel::readTransactions() {
    if (m_tx_reading) {
        m_tx_again = true;
        return;
    }
    m_tx_reading = true;
    m_bridge.transactions({page, std::nullopt}, this,
                          [this, drops = m_drops](const std::vector<api::TransactionView>& txs) {
                              m_tx_reading = false;
                              const bool is_old = drops != m_drops;
                              if (!is_old) {
                                  for (const auto& tx : txs) take(tx);
                              }
                              if (std::exchange(m_tx_again, false) || is_old) readTransactions();
                          });
}

void ActivityModel::drop(const std::vector<Txid>& txids) {
    ++m_drops;
    // From the end, so that the rows before stay where they are.
    for (int row = rowCount() - 1; row >= 0; --row) {
        const auto* const tx = at(row).transaction();
        if (tx == nullptr || std::find(txids.begin(), txids.end(), tx->txid) == txids.end())
            continue;
        m_sequences.erase(at(row).key());
        beginRemoveRows({}, row, row);
        m_entries.erase(m_entries.begin() + row);
        endRemoveRows();
    }
}

void ActivityModel::take(const api::PaymentView& payment) { put(ActivityEntry{payment}); }
void ActivityModel::take(const api::TransactionView& tx) { put(ActivityEntry{tx}); }

/// An invoice that waits to be paid says how long it can be: its words change by themselves.
void ActivityModel::noteExpiry(const ActivityEntry& entry) {
    const auto* const payment = entry.payment();
    if (payment == nullptr || payment->outgoing) return;
    if (payment->status != api::PaymentStatus::pending || !payment->expires ||
        hasPassed(*payment->expires, now())) {
        m_expiring.erase(entry.key());
    } else {
        m_expiring.insert_or_assign(
            entry.key(), Expiring{*payment->expires, minutesLeft(*payment->expires, now())});
    }
    if (m_expiring.empty()) m_tick.stop();
    else if (!m_tick.isActive()) m_tick.start();
}

void ActivityModel::tick() {
    const auto time = now();
    const bool any = std::any_of(m_expiring.begin(), m_expiring.end(), [&](const auto& one) {
        return hasPassed(one.second.at, time) ||
               minutesLeft(one.second.at, time) != one.second.shown_minutes;
    });
    if (!any) return;
    for (int row = 0; row < rowCount(); ++row) {
        const auto shown = m_expiring.find(at(row).key());
        if (shown == m_expiring.end()) continue;
        if (!hasPassed(shown->second.at, time) &&
            minutesLeft(shown->second.at, time) == shown->second.shown_minutes)
            continue;
        noteExpiry(at(row));
        auto& entry = m_entries[static_cast<std::size_t>(row)];
        entry.searched = searchText(entry, time);
        emit dataChanged(index(row), index(row));
    }
}

/// The same entry as it stood before, further down.
void ActivityModel::removeOlder(const std::string& key, std::uint64_t sequence) {
    const auto found = std::find_if(m_entries.begin(), m_entries.end(), [&](const auto& entry) {
        return entry.sequence() < sequence && entry.key() == key;
    });
    if (found == m_entries.end()) return;
    const auto row = static_cast<int>(found - m_entries.begin());
    beginRemoveRows({}, row, row);
    m_entries.erase(found);
    endRemoveRows();
}

void ActivityModel::put(ActivityEntry entry) {
    const auto key = entry.key();
    const auto sequence = entry.sequence();
    const auto [known, is_new] = m_sequences.try_emplace(key, sequence);
    // A payment that failed and was tried again has a time and a place of its own; what was read
    // before that is outdated.
    const auto before = std::exchange(known->second, std::max(known->second, sequence));
    if (!is_new && sequence < before) return;
    noteExpiry(entry);
    entry.searched = searchText(entry, now());
    // Times of an entry change only with its sequence, so its place is found by them.
    const auto place = std::lower_bound(m_entries.begin(), m_entries.end(), entry, newer);
    const auto row = static_cast<int>(place - m_entries.begin());
    if (place != m_entries.end() && place->key() == key) {
        *place = std::move(entry);
        emit dataChanged(index(row), index(row));
        return;
    }
    beginInsertRows({}, row, row);
    m_entries.insert(place, std::move(entry));
    endInsertRows();
    // Only now: whoever shows it does not lose it in between.
    if (before != sequence) removeOlder(key, sequence);
}

const ActivityEntry* ActivityModel::find(const std::string& key) const {
    const auto found = std::find_if(m_entries.begin(), m_entries.end(),
                                    [&](const auto& e) { return e.key() == key; });
    return found == m_entries.end() ? nullptr : &*found;
}

void ActivityFilter::setWords(const QString& words) {
    m_words.clear();
    for (auto word : words.toLower().split(u' ', Qt::SkipEmptyParts))
        m_words.push_back(word.remove(groupSpace).toStdString());
    invalidateFilter();
}

bool ActivityFilter::filterAcceptsRow(int row, const QModelIndex&) const {
    if (m_words.empty()) return true;
    const auto& text = static_cast<const ActivityModel*>(sourceModel())->at(row).searched;
    return std::all_of(m_words.begin(), m_words.end(), [&](const std::string& word) {
        return text.find(word) != std::string::npos;
    });
}

}  // namespace runnel::ui
