// Details of a channel, of a payment and of a transaction: exact figures, names to copy, HTLCs with
// their deadlines. They follow what happens while they are open.
#pragma once

#include "ui/models/wallet_model.h"
#include "ui/widgets/sheet.h"

namespace runnel::ui {

class ChannelBar;
class CueLine;
class Facts;
class Text;

class ChannelDetails : public Sheet {
    Q_OBJECT
public:
    ChannelDetails(WalletModel& wallet, const ChannelId& id, QWidget* parent);
    const ChannelId& channel() const { return m_id; }

private:
    void refresh();
    void refreshHtlcs(const api::ChannelView& channel);
    WalletModel& m_wallet;
    ChannelId m_id;
    CueLine* m_cue;
    ChannelBar* m_bar;
    Facts* m_facts;
    Text* m_htlc_title;
    QWidget* m_htlcs;
};

class EntryDetails : public Sheet {
    Q_OBJECT
public:
    EntryDetails(WalletModel& wallet, const QByteArray& key, QWidget* parent);
    QByteArray key() const { return QByteArray::fromStdString(m_key); }

private:
    void refresh();
    void show(const api::PaymentView& payment);
    void show(const api::TransactionView& tx);
    WalletModel& m_wallet;
    std::string m_key;
    CueLine* m_cue;
    Facts* m_facts;
};

}  // namespace runnel::ui
