// Channels: each in one sentence with its bar, how it stands, and the next date; the way to open
// and close them. Those that are over stand last.
#pragma once

#include "ui/models/wallet_model.h"
#include "ui/widgets/page.h"

#include <optional>
#include <vector>

namespace runnel::ui {

class Banner;
class Button;
class Card;
class ChannelBar;
class CueChip;
class StateView;
class Text;

/// One channel of the list. Keeps its place and its focus while its figures change.
class ChannelCard : public QWidget {
    Q_OBJECT
public:
    explicit ChannelCard(const ChannelId& id, QWidget* parent = nullptr);
    void update(const api::ChannelView& channel, const WalletModel& wallet);
    const ChannelId& id() const { return m_id; }

signals:
    void wantsDetails(const runnel::ChannelId& id);
    void wantsClose(const runnel::ChannelId& id);

private:
    ChannelId m_id;
    Card* m_card;
    Text *m_peer, *m_sentence, *m_timer;
    CueChip* m_cue;
    ChannelBar* m_bar;
    Button *m_details, *m_close;
};

class ChannelsPage : public Page {
    Q_OBJECT
public:
    explicit ChannelsPage(WalletModel& wallet, QWidget* parent = nullptr);

signals:
    void wantsOpen();
    void wantsDetails(const runnel::ChannelId& id);
    void wantsClose(const runnel::ChannelId& id);
    void said(const QString& sentence);

private:
    void buildPractice();
    void insert(int first, int last);
    void refreshCards(int first, int last);
    void refreshAround();
    void keepFocus(const ChannelCard& card);
    void giveFocus(const ChannelCard& card);

    WalletModel& m_wallet;
    StateView* m_empty;
    Button* m_open;
    QVBoxLayout* m_list;
    std::vector<ChannelCard*> m_cards;
    /// What had the keyboard on a card that went; it may come again elsewhere in the list.
    struct Kept {
        ChannelId id;
        QString button;
    };
    std::optional<Kept> m_kept;
};

}  // namespace runnel::ui
