// OpenChannelDialog: opens a channel. Says cost, wait and risk before the click: figures come from
// the core's quote and change while the amount is typed. What is opened is what was quoted last and
// stands there, never what was typed since. Connects to the other side first where it is not
// connected.
#pragma once

#include "ui/format/figures.h"
#include "ui/models/wallet_model.h"
#include "ui/widgets/sheet.h"

#include <QTimer>

class QComboBox;
class QLineEdit;

namespace runnel::ui {

class AmountEdit;
class Banner;
class Button;
class Card;
class Facts;
class Text;

class OpenChannelDialog : public Sheet {
    Q_OBJECT
public:
    OpenChannelDialog(WalletModel& wallet, QWidget* parent);

signals:
    void said(const QString& sentence);

private:
    struct Target {
        crypto::PublicKey node_id;
        std::string host;
        std::uint16_t port = 0;
    };
    struct Wish {
        Target target;
        Sat amount, fee;
        FeeratePerKw feerate;
    };
    void fillPeers();
    std::optional<Target> target() const;
    /// Another wish: what stands there was of the one before.
    void changed();
    void ask();
    void askForAll();
    void show(const Result<api::OpenQuote, api::Problem>& quote);
    void connectThenOpen();
    void open(const Wish& quoted);
    void opened(const api::CommandResult& result);
    void sayWhichNode();
    void refuse(const api::Problem& problem);
    enum class Stage { asking, connecting, opening };
    void setStage(Stage stage);

    WalletModel& m_wallet;
    QComboBox* m_peer;
    QLineEdit* m_address;
    QWidget* m_address_row;
    AmountEdit* m_amount;
    Banner* m_problem;
    Card* m_card;
    Facts* m_facts;
    Text* m_goes_on;  ///< What putting it away means while it is under way.
    Button *m_open, *m_cancel, *m_all;
    QTimer m_ask_soon;
    quint64 m_asked = 0;
    std::optional<Wish> m_quoted;  ///< What the button would open; what it costs stands there.
    api::Balance m_balance;        ///< Of the last question.
    QuoteTerms m_terms;            ///< The same.
    Stage m_stage = Stage::asking;
    bool m_refused =
        false;  ///< The banner says what the other side or the node said, not what a quote did.
    std::vector<Target> m_targets;
};

}  // namespace runnel::ui
