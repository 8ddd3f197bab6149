// CloseChannelDialog: closes a channel, by agreement or alone. Cost, wait and risk of the way that
// is chosen stand there first, and only while they do can it be closed; the way alone is never the
// one that is offered first while the other side is there. An opening that nobody has signed is
// cancelled instead.
#pragma once

#include "ui/format/figures.h"
#include "ui/models/wallet_model.h"
#include "ui/widgets/sheet.h"

#include <QTimer>

namespace runnel::ui {

class Banner;
class Button;
class Card;
class Choice;
class Facts;
class Text;

class CloseChannelDialog : public Sheet {
    Q_OBJECT
public:
    CloseChannelDialog(WalletModel& wallet, const api::ChannelView& channel, QWidget* parent);

    /// What there is to be done about a channel: cancel the opening, close it, only close it alone
    /// (for it waits for the other side), publish its close at a risk, nothing.
    enum class Stand { asked_for, open, agreeing, held_back, over };

signals:
    void said(const QString& sentence);

private:
    /// Another way was chosen: what stands there was of the other one.
    void choose();
    /// By agreement it is being closed already; what is left is not to wait for that.
    void offerAloneOnly();
    void offerCancelling();
    QString explanation() const;
    QString cancelText() const;
    void ask();
    void refuse();
    void show(const Result<api::CloseQuote, api::Problem>& quote);
    void close();
    /// Everything in the channel, with a button of its own.
    void takeRisk();
    void post();
    void closed(const api::CommandResult& result);
    void setUnderWay(bool under_way);
    bool isForced() const;
    /// Alone, while an older copy of the wallet may have been started: the other side might be able
    /// to take everything.
    bool isAtRisk() const;
    /// Said in so many words, beside the button that takes it: another one, in another place, and
    /// not to be pressed at once. The second click of a double click takes no risk.
    void nameRisk();
    /// As long as nothing else was chosen, refused or posted.
    void forgetRisk();
    void enableButtons();

    WalletModel& m_wallet;
    ChannelId m_id;
    const Stand m_stand;  ///< Of the channel, when it was asked about: what is offered is for that.
    Choice *m_agreed, *m_alone;
    Text* m_explained;
    Card* m_card;
    Facts* m_facts;
    Banner* m_problem;
    Text* m_goes_on;  ///< What putting it away means while it is under way.
    Button *m_close, *m_cancel, *m_risk;
    QTimer m_risk_read;  ///< Runs while what was named cannot have been read yet.
    quint64 m_asked = 0;
    bool m_quoted = false;      ///< What the way that is chosen costs stands there.
    std::optional<Sat> m_most;  ///< What that says it costs at most.
    QuoteTerms m_terms;         ///< As they were then.
    bool m_under_way = false;
    bool m_risk_named = false;
    bool m_refused = false;      ///< The banner says why.
    api::ChannelView m_channel;  ///< As it was when it was asked about last.
};

}  // namespace runnel::ui
